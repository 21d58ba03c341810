// SPDX-License-Identifier: BSL-1.0
// The list of cells and a page for each.

const cellLink = (i, text) => make(
    'a', {
      href: addressOf(i),
      onclick: event => {
        event.preventDefault();
        openCell(i);
      }
    },
    text);
function addressOf(i) {
  const before = state.cell;
  state.cell = cells[i].id;
  const text = address();
  state.cell = before;
  return text;
}

const listed = [
  'verdict', 'floor', 'onset', 'crossing', 'peak', 'tail', 'us_per_step'
].map(metricOf).filter(metric => metric && metric.text.some(text => text !== ''));
let mostRows = 40;

function showRows(chosen) {
  const heads = [
    ...swept.map(key => ({
                   name: key.name,
                   title: key.title,
                   of: i => key.at[i],
                   text: i => valueOf(key, i),
                   number: key.numbers
                 })),
    ...listed.map(
        metric => ({
          name: metric.name,
          title: metric.title,
          number: !metric.words,
          text: i => metric.brief[i],
          words: metric.words,
          of: i => metric.at[i] ??
              (metric.text[i].startsWith('> ') || metric.text[i] === 'inf' ? Infinity : -Infinity)
        }))
  ];
  const [name, direction] = state.sort.split(':');
  const head = heads.find(head => head.name === name);
  const order = [...chosen];
  if (head) {
    const turn = direction === 'down' ? -1 : 1;
    order.sort((a, b) => {
      if (head.of(a) === head.of(b)) return a - b;
      return head.of(a) < head.of(b) ? -turn : turn;
    });
  }
  const title = head => {
    const sorted = head.name === name ? direction : '';
    return make(
        'th', {
          scope: 'col',
          class: head.number ? 'number' : null,
          'aria-sort': sorted ? sorted === 'down' ? 'descending' : 'ascending' : null
        },
        make(
            'button', {
              type: 'button',
              onclick: () => choose(
                  {sort: head.name + (sorted === 'up' ? ':down' : ':up')},
                  () => showRows(selected()))
            },
            head.title + (sorted ? sorted === 'down' ? ' ↓' : ' ↑' : '')));
  };
  const body = make('tbody');
  for (const i of order.slice(0, mostRows)) {
    const row = make('tr', {}, make('td', {}, cellLink(i, cells[i].id.slice(0, 8))));
    const done = cells[i].status === 'done';
    for (const head of heads) {
      const text = head.text(i) || none;
      if (head.words && !done)
        row.append(make('td', {class: 'status'}, cells[i].status));
      else if (head.words)
        row.append(make('td', {}, swatch(verdictColour(text)), text));
      else
        row.append(make('td', {class: head.number ? 'number' : null}, text));
    }
    body.append(row);
  }
  by('rows').replaceChildren(make(
      'table', {},
      make('thead', {}, make('tr', {}, make('th', {scope: 'col'}, 'cell'), ...heads.map(title))),
      body));
  by('more-rows').hidden = order.length <= mostRows;
  by('more-rows').textContent = `Show all ${order.length}`;
}

by('more-rows').addEventListener('click', () => {
  mostRows = Infinity;
  showRows(selected());
});

function openCell(i) {
  location.hash = addressOf(i);  // an entry of the history: Back leads back
}

function showCell() {
  const at = cells.findIndex(cell => cell.id === state.cell);
  const cell = cells[at];
  by('cell').hidden = at < 0;
  by('study').hidden = at >= 0;
  document.title =
      at < 0 ? by('overview').querySelector('h1').textContent : `${labelOf(at)}: ${data.study}`;
  if (at < 0) {
    cellCharts.clear();
    return;
  }
  by('cell-title').replaceChildren(labelOf(at), make('small', {class: 'code'}, cell.id));
  const verdict = metricOf('verdict')?.text[at] ?? '';
  const done = cell.status === 'done';
  const status = make('span', {class: 'status'}, cell.status);
  by('cell-status').replaceChildren(...(done ? [swatch(verdictColour(verdict)), verdict] : [status]));
  by('cell-toml').textContent = cell.toml || 'Not at hand.';
  const table = make('tbody');
  for (const metric of metrics) {
    table.append(make(
        'tr', {}, make('th', {scope: 'row'}, metric.title),
        make('td', {class: 'code'}, metric.text[at] || none),
        make('td', {}, make('small', {}, metric.meaning))));
  }
  by('cell-metrics').replaceChildren(make('table', {}, table));
  showFinal(cell);
  const chosen = selected();
  const place = chosen.indexOf(at);
  by('cell-before').disabled = place <= 0;
  by('cell-after').disabled = place < 0 || place + 1 >= chosen.length;
  if (cell.trace?.loss)
    cellCharts.show([at]);
  else {
    cellCharts.clear();
    const why = done ? 'The trace of this cell is not at hand.' : 'This cell has no result.';
    by('cell-charts').replaceChildren(make('p', {class: 'note'}, why));
  }
}

function showFinal(cell) {
  if (!cell.final?.length) {
    by('cell-final').replaceChildren(make('p', {class: 'hint'}, 'Not at hand.'));
    return;
  }
  const body = make('tbody');
  for (const state of cell.final) {
    const number = text => make('td', {class: 'number'}, text);
    body.append(make(
        'tr', {}, make('th', {scope: 'row'}, state.role.replaceAll('_', ' ')), number(state.count),
        number(state.zeros), number(state.notFinite),
        ...state.values.map(
            ([exact, decimal]) => make('td', {class: 'number', title: exact}, decimal || none))));
  }
  by('cell-final')
      .replaceChildren(
          make(
              'table', {},
              make(
                  'thead', {},
                  make(
                      'tr', {}, make('th', {}, 'quantity'),
                      ...['values', 'zeros', 'not finite', 'smallest', 'median', 'largest'].map(
                          text => make('th', {class: 'number', scope: 'col'}, text)))),
              body),
          make(
              'p', {class: 'hint'},
              'Decimals are the first digits; the exact literal is in final.csv and shows on hover.'));
}

function closeCell() {
  state.cell = '';
  location.hash = address();
}

function toNeighbour(by) {
  const chosen = selected();
  const place = chosen.indexOf(cells.findIndex(cell => cell.id === state.cell));
  if (place >= 0 && chosen[place + by] !== undefined) openCell(chosen[place + by]);
}

by('cell-close').addEventListener('click', closeCell);
by('cell-before').addEventListener('click', () => toNeighbour(-1));
by('cell-after').addEventListener('click', () => toNeighbour(1));
document.addEventListener('keydown', event => {
  if (!state.cell || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') closeCell();
  if (event.key === '[') toNeighbour(-1);
  if (event.key === ']') toNeighbour(1);
});
