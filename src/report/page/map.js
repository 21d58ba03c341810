// SPDX-License-Identifier: BSL-1.0
// The heat map.

/**
 * What a box of cells shows, as the figures have it: the verdict on which they agree, or the
 * median.
 */
function boxOf(metric, inside) {
  if (metric.words) {
    const words = inside.map(i => metric.text[i] || cells[i].status.split(':')[0]);
    const first = words[0];
    if (words.every(word => word === first))
      return {text: first, brief: first.slice(0, 1), colour: verdictColour(first), cell: inside[0]};
    const counts = new Map();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const sorted = [...counts].sort((a, b) => b[1] - a[1]);
    return {
      text: sorted.map(([word, count]) => `${count} ${word}`).join(', '),
      brief: sorted.map(([word, count]) => count + word.slice(0, 1)).join(' '),
      colour: verdictColour('mixed'),
      cell: inside[0]
    };
  }
  const place = i => {
    if (metric.at[i] !== null) return metric.at[i];
    if (/^(> |inf$)/.test(metric.text[i])) return Infinity;
    return metric.text[i] === '' || metric.text[i] === 'nan' ? null : -Infinity;
  };
  const known = inside.filter(i => place(i) !== null).sort((a, b) => place(a) - place(b) || 0);
  if (!known.length) return {text: 'none', brief: none, colour: verdictColour(''), cell: inside[0]};
  const middle = known[Math.ceil(known.length / 2) - 1];
  return {
    text: metric.text[middle],
    brief: metric.brief[middle],
    at: metric.at[middle],
    colour: verdictColour(''),
    cell: middle
  };
}

function showMap(chosen) {
  by('map').hidden = !swept.length || !metrics.length;
  by('map-cells').replaceChildren();
  by('map-here').textContent = '';
  if (by('map').hidden) return;
  const x = keys.find(key => key.name === state.x),
        y = keys.find(key => key.name === state.y && key !== x);
  const metric = metricOf(state.value);
  const shown = (key, i) => chosen.some(cell => valueOf(key, cell) === i);
  const columns = valuesOf(x).filter(value => shown(x, value));
  const lines = y ? valuesOf(y).filter(value => shown(y, value)) : [null];
  if (y?.numbers) lines.reverse();
  const groups = new Map();
  for (const cell of chosen) {
    const place = JSON.stringify([valueOf(x, cell), y ? valueOf(y, cell) : null]);
    if (!groups.has(place)) groups.set(place, []);
    groups.get(place).push(cell);
  }
  const boxes = new Map();
  for (const [place, inside] of groups) boxes.set(place, {...boxOf(metric, inside), inside});
  const places = [...boxes.values()].map(box => box.at).filter(at => typeof at === 'number');
  const low = Math.min(...places), high = Math.max(...places);
  for (const box of boxes.values())
    if (typeof box.at === 'number')
      box.colour = rampAt(high > low ? (box.at - low) / (high - low) : 0);

  const body = make('tbody');
  lines.forEach((line, row) => {
    const tr = make('tr', {}, make('th', {scope: 'row'}, line === '' ? none : line ?? ''));
    columns.forEach((column, at) => {
      const box = boxes.get(JSON.stringify([column, line]));
      if (!box) {
        tr.append(make('td'));
        return;
      }
      const where = named(x, column) + (y ? ', ' + named(y, line) : '');
      const what = `${where}: ${metric.title} ${box.text}` +
          (box.inside.length > 1 ? ` (${counted(box.inside.length, 'cell')})` : '');
      const tell = () => {
        by('map-here').textContent = what;
      };
      const button = make(
          'button', {
            type: 'button',
            tabindex: '-1',
            title: what,
            'aria-label': what,
            'data-row': row,
            'data-column': at,
            style: `background:${box.colour};color:${
                brightness(box.colour) < 140 ? '#fff' : '#16191d'}`,
            onmouseenter: tell,
            onfocus: tell,
            onclick: () => openBox(where, box)
          },
          box.brief);
      tr.append(make('td', {}, button));
    });
    body.append(tr);
  });
  const foot = make(
      'tfoot', {},
      make(
          'tr', {}, make('th', {}, y ? `${y.title} ↑` : ''),
          ...columns.map(column => make('th', {scope: 'col'}, column === '' ? none : column))),
      make('tr', {}, make('th'), make('th', {colspan: columns.length}, `${x.title} →`)));
  by('map-boxes')
      .replaceChildren(make('table', {class: lines.length > 16 ? 'dense' : null}, body, foot));
  by('map-boxes').querySelector('button')?.setAttribute('tabindex', '0');
  showMapKey(metric, boxes, low, high);
}

function showMapKey(metric, boxes, low, high) {
  const entries = [];
  const entry = (colour, text) => entries.push(make('span', {}, swatch(colour), text));
  if (metric.words) {
    const used = new Set([...boxes.values()].map(box => box.colour));
    for (const [name, colour] of Object.entries(data.colours.verdicts))
      if (used.has(colour)) entry(colour, name || 'no result');
  } else if (low <= high) {
    for (let i = 0; i <= 4 && (i === 0 || low < high); ++i) {
      const at = low + i / 4 * (high - low);
      entry(
          rampAt(i / 4),
          metric.log ? powerText(Math.round(at * 10) / 10) : String(Number(at.toPrecision(3))));
    }
    if ([...boxes.values()].some(box => typeof box.at !== 'number'))
      entry(
          verdictColour(''),
          metric.log ? 'none, 0, not finite, or beyond the last step' :
                       'none, not finite, or beyond the last step');
  }
  by('map-key').replaceChildren(...entries);
}

function openBox(where, box) {
  if (box.inside.length === 1) return openCell(box.inside[0]);
  by('map-cells')
      .replaceChildren(
          make('p', {}, `${counted(box.inside.length, 'cell')} with ${where}:`),
          make(
              'ul', {},
              ...box.inside.map(
                  i => make(
                      'li', {}, cellLink(i, labelOf(i)),
                      ` ${metricOf('verdict')?.text[i] ?? ''}`))));
  by('map-cells').querySelector('a').focus();
}

by('map-boxes').addEventListener('keydown', event => {
  const button = event.target.closest('button');
  const turn = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [-1, 0], ArrowDown: [
                  1, 0
                ]}[event.key];
  if (!button || !turn) return;
  event.preventDefault();
  let row = Number(button.dataset.row), column = Number(button.dataset.column);
  const table = button.closest('table'), rows = table.tBodies[0].rows;
  do {
    row += turn[0];
    column += turn[1];
    const next = rows[row]?.cells[column + 1]?.querySelector('button');
    if (next) {
      button.setAttribute('tabindex', '-1');
      next.setAttribute('tabindex', '0');
      next.focus();
      return;
    }
  } while (row >= 0 && row < rows.length && column >= 0 && column < rows[0].cells.length - 1);
});
