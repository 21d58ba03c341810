// SPDX-License-Identifier: BSL-1.0
// Traces as points of a chart: ticks, breaks, and the steps that are marked.

const superscript = number => String(number).replace(/./g, c => '⁰¹²³⁴⁵⁶⁷⁸⁹'[c] ?? '⁻');

/** Powers of ten between two logarithms; parts of one where that is all there is. */
function powerTicks(low, high) {
  const span = high - low;
  let every = 1;
  for (let i = 0; span / every > 8; ++i) every *= i % 3 === 1 ? 2.5 : 2;
  const ticks = [];
  if (span < 2.5 && span > 0.6) {  // 1, 2 and 5 times a power
    for (let k = Math.floor(low); k <= high; ++k)
      for (const digit of [1, 2, 5]) ticks.push({value: k + Math.log10(digit)});
    return ticks.filter(tick => tick.value >= low && tick.value <= high);
  }
  if (span <= 0.6)
    every = [0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001].find(step => span / step > 3) ?? 0.0005;
  for (let k = Math.ceil(low / every - 1e-9); k * every <= high + 1e-9; ++k)
    ticks.push({value: k * every});
  return ticks;
}

function powerText(log) {
  const power = Math.floor(log + 1e-9);
  const rest = log - power;
  return rest < 1e-6 ? '10' + superscript(power) :
                       `${Number((10 ** rest).toPrecision(3))}×10${superscript(power)}`;
}

/** A long number on several lines. */
const wrapped = text => text.match(/.{1,32}/g) ?? [];

const onAxis = step => state.steps === 'log' ? Math.log10(step + 1) : step;
const fromAxis = x => state.steps === 'log' ? 10 ** x - 1 : x;

/** A recorded column of a cell as points; a break where values have no logarithm. */
function pointsOf(cell, column) {
  const recorded = cells[cell].trace?.[column];
  if (!recorded) return {line: [], lost: []};
  recorded.texts ??= recorded.text === '' ? [] : recorded.text.split(' ');
  const line = [], lost = [];
  recorded.step.forEach((step, i) => {
    const point =
        {x: onAxis(step), y: recorded.log[i], step, text: recorded.texts[i], cell, column};
    if (point.y === null) {
      lost.push(point);
      line.push({...point, y: NaN});
    } else
      line.push(point);
  });
  return {line, lost};
}

/** Where a line is at a step, between its points. */
function heightAt(line, x) {
  let before = null;
  for (const point of line) {
    if (Number.isNaN(point.y)) continue;
    if (point.x >= x) {
      if (!before || point.x === x) return point.y;
      return before.y + (point.y - before.y) * (x - before.x) / (point.x - before.x);
    }
    before = point;
  }
  return before?.y ?? null;
}

const marks = [
  {
    metric: 'floor_step',
    name: 'floor',
    value: 'floor',
    style: 'triangle',
    rotation: 180,
    sign: '▼'
  },
  {metric: 'crossing', name: 'crossing of the threshold', style: 'rectRot', rotation: 0, sign: '◆'},
  {metric: 'growth_onset', name: 'onset by growth', style: 'crossRot', rotation: 0, sign: '✕'},
  {metric: 'onset', name: 'onset', style: 'circle', rotation: 0, sign: '●'}
];

/** The step of a mark; null where the cell has none. */
function stepOf(metric, cell) {
  const text = metricOf(metric)?.text[cell] ?? '';
  return /^\d+$/.test(text) ? Number(text) : null;
}

const titles = {
  loss: 'loss',
  sharpness: 'sharpness',
  threshold: 'threshold',
  root_v_min: '√v, smallest',
  root_v_median: '√v, median',
  root_v_max: '√v, largest'
};
const panels = [
  {columns: ['loss'], title: 'Loss', marks: ['floor_step', 'crossing', 'growth_onset', 'onset']}, {
    columns: ['sharpness', 'threshold'],
    title: 'Sharpness, by its threshold (dashed)',
    marks: ['crossing']
  },
  {
    columns: ['root_v_min', 'root_v_median', 'root_v_max'],
    title: '√v: smallest, median, largest',
    marks: []
  }
];
