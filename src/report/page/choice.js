// SPDX-License-Identifier: BSL-1.0
// The data, what is chosen of them as the address has it, and colours. The scripts of this folder
// are one function in the page, in the order of page.html; texts of a study reach the page as text
// nodes only.

const data = JSON.parse(document.getElementById('data').textContent);
const keys = data.keys, metrics = data.metrics, cells = data.cells;
const by = id => document.getElementById(id);
const metricOf = name => metrics.find(metric => metric.name === name);

/** An element with attributes, listeners (functions under on...) and children, texts among them. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function')
      element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

const counted = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

const none = '–';
const valueOf = (key, cell) => key.at[cell] < 0 ? '' : key.values[key.at[cell]];
const isWord = text => !/^[-+]?\.?\d/.test(text) && text !== 'true' && text !== 'false';
const named = (key, value) => value === '' ? `no ${key.title}` :
    isWord(value) ? value :
                    `${key.title} = ${value}`;

/** Words as they are, numbers with their key, as in the figures. */
function labelOf(cell) {
  const parts = keys.filter(key => key.inSweep && key.at[cell] >= 0)
                    .map(key => named(key, valueOf(key, cell)));
  return parts.join(', ') || data.study;
}

/** The values that some cell has, "" for a cell without the key last. */
const valuesOf = key => key.at.some(at => at < 0) ? [...key.values, ''] : key.values;
const swept = keys.filter(key => valuesOf(key).length > 1);

const defaults = (() => {
  // Seeds tell the least: they come last.
  const order = [...swept].sort(
      (a, b) => (a.name.endsWith('.seed') - b.name.endsWith('.seed')) ||
          b.values.length - a.values.length);
  const verdict = metricOf('verdict') ? 'verdict' : metrics.length ? metrics[0].name : '';
  return {
    cell: '',
    colour: '',
    steps: 'linear',
    lines: '48',
    zoom: '',
    x: order[0]?.name ?? '',
    y: order[1]?.name ?? '',
    value: verdict,
    sort: ''
  };
})();
const state = {
  ...defaults,
  only: new Map()
};

function readAddress() {
  const written = new URLSearchParams(location.hash.slice(1));
  for (const name of Object.keys(defaults)) state[name] = written.get(name) ?? defaults[name];
  state.only = new Map();
  for (const key of swept) {
    const values =
        written.getAll('only.' + key.name).filter(value => valuesOf(key).includes(value));
    if (values.length) state.only.set(key.name, new Set(values));
  }
  const known = (name, names) => {
    if (!names.includes(state[name])) state[name] = defaults[name];
  };
  known('x', swept.map(key => key.name));
  known('y', ['', ...swept.map(key => key.name)]);
  known('value', metrics.map(metric => metric.name));
  known('colour', ['', 'cell', ...swept.map(key => key.name)]);
  known('steps', ['linear', 'log']);
  known('lines', ['12', '48', '200', '1000']);
  known('cell', cells.map(cell => cell.id));
}

function address() {
  const written = new URLSearchParams();
  for (const key of swept)
    for (const value of state.only.get(key.name) ?? []) written.append('only.' + key.name, value);
  for (const name of Object.keys(defaults))
    if (state[name] !== defaults[name]) written.set(name, state[name]);
  return '#' + written;
}

const writeAddress = () => history.replaceState(null, '', address());

/** Changes what is chosen, then shows it: all, or what `show` says. */
function choose(changes, show = showStudy) {
  Object.assign(state, changes);
  writeAddress();
  show();
}

const selected = () =>
    cells.map((_, i) => i)
        .filter(
            i => keys.every(
                key => !state.only.has(key.name) || state.only.get(key.name).has(valueOf(key, i))));

const root = document.documentElement;
const darkScheme = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : darkScheme.matches;
const parts = colour => [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
const brightness = colour => {
  const [r, g, b] = parts(colour);
  return 0.299 * r + 0.587 * g + 0.114 * b;
};

/** A line's colour on this paper: dark ones are made lighter on a dark one. */
function ink(colour, alpha = 1) {
  let rgb = parts(colour);
  const wanted = 160;
  if (isDark() && brightness(colour) < wanted) {
    const share = (wanted - brightness(colour)) / (255 - brightness(colour)) * 1.15;
    rgb = rgb.map(part => Math.round(part + share * (255 - part)));
  }
  return `rgb(${rgb.join(' ')} / ${alpha})`;
}

const rampAt = share => data.colours.ramp[Math.round(share * (data.colours.ramp.length - 1))];
const verdictColour = name => data.colours.verdicts[name] ?? data.colours.verdicts[''];
const swatch = colour => make('i', {class: 'swatch', style: `background:${colour}`});

/** What custom properties of the style sheet are on this paper. */
function paper(...properties) {
  const probe = make('i');
  document.body.append(probe);
  const colours = properties.map(property => {
    probe.style.color = `var(${property})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colours;
}

const dashes = [[], [7, 4], [2, 3], [8, 3, 2, 3]];

/** How the lines of these cells look: a colour and dashes each, and what they stand for. */
function styles(drawn) {
  let key = swept.find(key => key.name === state.colour);
  if (!state.colour && drawn.length > 12) {
    const told = swept.filter(key => !key.name.endsWith('.seed'))
                     .sort((a, b) => b.values.length - a.values.length);
    key = told.find(key => key.values.length <= 12) ?? told[0];
  }
  const styled = i => (
      {colour: data.colours.lines[i % data.colours.lines.length], dash: dashes[i % dashes.length]});
  if (!key) {
    return {
      of: new Map(drawn.map((cell, i) => [cell, styled(i)])),
      entries: drawn.slice(0, 24).map((cell, i) => ({...styled(i), cell, text: labelOf(cell)})),
      more: drawn.length - 24
    };
  }
  const values = valuesOf(key).filter(value => drawn.some(cell => valueOf(key, cell) === value));
  const ordered = key.numbers && values.length > 4;
  const style = value => {
    const i = values.indexOf(value);
    return ordered ? {colour: rampAt(i / (values.length - 1) * 0.94), dash: []} : styled(i);
  };
  return {
    of: new Map(drawn.map(cell => [cell, style(valueOf(key, cell))])),
    entries: values.map(value => ({...style(value), text: named(key, value)})),
    more: 0
  };
}
