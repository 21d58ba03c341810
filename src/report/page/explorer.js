// SPDX-License-Identifier: BSL-1.0
// The choice of cells and their losses.

function makeFilters() {
  for (const key of swept) {
    const chips = make('div', {class: 'chips'});
    for (const value of valuesOf(key)) {
      const box = make('input', {
        type: 'checkbox',
        onchange: () => {
          const values = state.only.get(key.name) ?? new Set();
          if (box.checked)
            values.add(value);
          else
            values.delete(value);
          if (values.size)
            state.only.set(key.name, values);
          else
            state.only.delete(key.name);
          choose({});
        }
      });
      box.value = value;
      box.name = key.name;
      chips.append(make('label', {}, box, value === '' ? none : value));
    }
    by('keys').append(make(
        'fieldset', {},
        make('legend', {}, key.title === key.name ? key.name : `${key.title} (${key.name})`),
        chips));
  }
  by('choice').hidden = !swept.length;
  by('filters').open =
      innerWidth > 720 && swept.reduce((sum, key) => sum + valuesOf(key).length, 0) <= 60;
  by('all-cells').addEventListener('click', () => choose({only: new Map()}));
}

function showFilters(chosen) {
  for (const box of by('keys').querySelectorAll('input'))
    box.checked = state.only.get(box.name)?.has(box.value) ?? false;
  by('all-cells').disabled = !state.only.size;
  by('chosen').textContent = state.only.size ?
      `${chosen.length} of ${counted(cells.length, 'cell')}: ` +
          swept.filter(key => state.only.has(key.name))
              .map(
                  key => [...state.only.get(key.name)].map(value => named(key, value)).join(' or '))
              .join(', ') :
      `all ${counted(cells.length, 'cell')}`;
}

function showLosses(chosen) {
  const traced = chosen.filter(i => cells[i].trace?.loss);
  const most = Number(state.lines);
  // Evenly spread, so that no end of an axis is left out.
  const drawn = traced.length <= most ?
      traced :
      Array.from(
          {length: most}, (_, i) => traced[Math.round(i * (traced.length - 1) / (most - 1))]);
  let text = drawn.length < traced.length ?
      `${drawn.length} of ${
          counted(
              traced.length, 'chosen cell')}, evenly spread. Choose fewer cells, or more lines.` :
      '';
  if (traced.length && traced.length < chosen.length)
    text += ` ${counted(chosen.length - traced.length, 'chosen cell')} without a trace.`;
  by('drawn').textContent = text;
  studyCharts.show(drawn);
}

function options(select, pairs, value) {
  select.replaceChildren(...pairs.map(([name, text]) => {
    const option = make('option', {}, text);
    option.value = name;
    return option;
  }));
  select.value = value;
}

function showControls() {
  options(
      by('colour'), [['', 'as fits'], ['cell', 'cell'], ...swept.map(key => [key.name, key.title])],
      state.colour);
  options(by('map-x'), swept.map(key => [key.name, key.title]), state.x);
  options(by('map-y'), [['', none], ...swept.map(key => [key.name, key.title])], state.y);
  options(by('map-value'), metrics.map(metric => [metric.name, metric.title]), state.value);
  by('steps').value = state.steps;
  by('lines').value = state.lines;
}
