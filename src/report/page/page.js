// SPDX-License-Identifier: BSL-1.0
// What the page does with its data. Texts of a study reach the page as text nodes only.
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const keys = data.keys, metrics = data.metrics, cells = data.cells;
const by = id => document.getElementById(id);
const metricOf = name => metrics.find(metric => metric.name === name);

/** An element with attributes, listeners (functions under on...) and children, texts among them. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

// ---- cells and their keys

const none = "–";
const valueOf = (key, cell) => key.at[cell] < 0 ? "" : key.values[key.at[cell]];
const isWord = text => !/^[-+]?\.?\d/.test(text) && text !== "true" && text !== "false";
const named = (key, value) => value === "" ? `no ${key.title}` : isWord(value) ? value : `${key.title} = ${value}`;

/** Words as they are, numbers with their key, as in the figures. */
function labelOf(cell) {
  const parts = keys.filter(key => key.inSweep && key.at[cell] >= 0).map(key => named(key, valueOf(key, cell)));
  return parts.join(", ") || data.study;
}

/** The values that some cell has, "" for a cell without the key last. */
const valuesOf = key => key.at.some(at => at < 0) ? [...key.values, ""] : key.values;
const swept = keys.filter(key => valuesOf(key).length > 1);

// ---- what is chosen, as the address has it

const defaults = (() => {
  // Seeds tell the least: they come last.
  const order = [...swept].sort((a, b) => (a.name.endsWith(".seed") - b.name.endsWith(".seed")) || b.values.length - a.values.length);
  const verdict = metricOf("verdict") ? "verdict" : metrics.length ? metrics[0].name : "";
  return {cell: "", colour: "", steps: "linear", lines: "48", zoom: "", x: order[0]?.name ?? "", y: order[1]?.name ?? "", value: verdict, sort: ""};
})();
const state = {...defaults, only: new Map()};

function readAddress() {
  const written = new URLSearchParams(location.hash.slice(1));
  for (const name of Object.keys(defaults)) state[name] = written.get(name) ?? defaults[name];
  state.only = new Map();
  for (const key of swept) {
    const values = written.getAll("only." + key.name).filter(value => valuesOf(key).includes(value));
    if (values.length) state.only.set(key.name, new Set(values));
  }
  const known = (name, names) => { if (!names.includes(state[name])) state[name] = defaults[name]; };
  known("x", swept.map(key => key.name));
  known("y", ["", ...swept.map(key => key.name)]);
  known("value", metrics.map(metric => metric.name));
  known("colour", ["", "cell", ...swept.map(key => key.name)]);
  known("steps", ["linear", "log"]);
  known("lines", ["12", "48", "200", "1000"]);
  known("cell", cells.map(cell => cell.id));
}

function address() {
  const written = new URLSearchParams();
  for (const key of swept) for (const value of state.only.get(key.name) ?? []) written.append("only." + key.name, value);
  for (const name of Object.keys(defaults)) if (state[name] !== defaults[name]) written.set(name, state[name]);
  return "#" + written;
}

const writeAddress = () => history.replaceState(null, "", address());

/** Changes what is chosen, then shows it: all, or what `show` says. */
function choose(changes, show = showStudy) {
  Object.assign(state, changes);
  writeAddress();
  show();
}

const selected = () => cells.map((_, i) => i).filter(i =>
  keys.every(key => !state.only.has(key.name) || state.only.get(key.name).has(valueOf(key, i))));

// ---- colours

const root = document.documentElement;
const darkScheme = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : darkScheme.matches;
const parts = colour => [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
const brightness = colour => { const [r, g, b] = parts(colour); return 0.299 * r + 0.587 * g + 0.114 * b; };

/** A line's colour on this paper: dark ones are made lighter on a dark one. */
function ink(colour, alpha = 1) {
  let rgb = parts(colour);
  const wanted = 120;
  if (isDark() && brightness(colour) < wanted) {
    const share = (wanted - brightness(colour)) / (255 - brightness(colour)) * 1.15;
    rgb = rgb.map(part => Math.round(part + share * (255 - part)));
  }
  return `rgb(${rgb.join(" ")} / ${alpha})`;
}

const rampAt = share => data.colours.ramp[Math.round(share * (data.colours.ramp.length - 1))];
const verdictColour = name => data.colours.verdicts[name] ?? data.colours.verdicts[""];
const swatch = colour => make("i", {class: "swatch", style: `background:${colour}`});

/** What custom properties of the style sheet are on this paper. */
function paper(...properties) {
  const probe = make("i");
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
    const told = swept.filter(key => !key.name.endsWith(".seed")).sort((a, b) => b.values.length - a.values.length);
    key = told.find(key => key.values.length <= 12) ?? told[0];
  }
  const styled = i => ({colour: data.colours.lines[i % data.colours.lines.length], dash: dashes[i % dashes.length]});
  if (!key) {
    return {of: new Map(drawn.map((cell, i) => [cell, styled(i)])),
            entries: drawn.slice(0, 24).map((cell, i) => ({...styled(i), cell, text: labelOf(cell)})), more: drawn.length - 24};
  }
  const values = valuesOf(key).filter(value => drawn.some(cell => valueOf(key, cell) === value));
  const ordered = key.numbers && values.length > 4;
  const style = value => {
    const i = values.indexOf(value);
    return ordered ? {colour: rampAt(i / (values.length - 1) * 0.94), dash: []} : styled(i);
  };
  return {of: new Map(drawn.map(cell => [cell, style(valueOf(key, cell))])),
          entries: values.map(value => ({...style(value), text: named(key, value)})), more: 0};
}

// ---- charts

const superscript = number => String(number).replace(/./g, c => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");

/** Powers of ten between two logarithms; parts of one where that is all there is. */
function powerTicks(low, high) {
  const span = high - low;
  let every = 1;
  for (let i = 0; span / every > 8; ++i) every *= i % 3 === 1 ? 2.5 : 2;
  const ticks = [];
  if (span < 2.5 && span > 0.6) {  // 1, 2 and 5 times a power
    for (let k = Math.floor(low); k <= high; ++k) for (const digit of [1, 2, 5]) ticks.push({value: k + Math.log10(digit)});
    return ticks.filter(tick => tick.value >= low && tick.value <= high);
  }
  if (span <= 0.6) every = [0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001].find(step => span / step > 3) ?? 0.0005;
  for (let k = Math.ceil(low / every - 1e-9); k * every <= high + 1e-9; ++k) ticks.push({value: k * every});
  return ticks;
}

function powerText(log) {
  const power = Math.floor(log + 1e-9);
  const rest = log - power;
  return rest < 1e-6 ? "10" + superscript(power) : `${Number((10 ** rest).toPrecision(3))}×10${superscript(power)}`;
}

/** A long number on several lines. */
const wrapped = text => text.match(/.{1,32}/g) ?? [];

const onAxis = step => state.steps === "log" ? Math.log10(step + 1) : step;
const fromAxis = x => state.steps === "log" ? 10 ** x - 1 : x;

/** A recorded column of a cell as points; a break where values have no logarithm. */
function pointsOf(cell, column) {
  const recorded = cells[cell].trace?.[column];
  if (!recorded) return {line: [], lost: []};
  recorded.texts ??= recorded.text === "" ? [] : recorded.text.split(" ");
  const line = [], lost = [];
  recorded.step.forEach((step, i) => {
    const point = {x: onAxis(step), y: recorded.log[i], step, text: recorded.texts[i], cell, column};
    if (point.y === null) {
      lost.push(point);
      line.push({...point, y: NaN});
    } else line.push(point);
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
  {metric: "floor_step", name: "floor", value: "floor", style: "triangle", rotation: 180, sign: "▼"},
  {metric: "crossing", name: "crossing of the threshold", style: "rectRot", rotation: 0, sign: "◆"},
  {metric: "growth_onset", name: "onset by growth", style: "crossRot", rotation: 0, sign: "✕"},
  {metric: "onset", name: "onset", style: "circle", rotation: 0, sign: "●"}];

/** The step of a mark; null where the cell has none. */
function stepOf(metric, cell) {
  const text = metricOf(metric)?.text[cell] ?? "";
  return /^\d+$/.test(text) ? Number(text) : null;
}

const titles = {loss: "loss", sharpness: "sharpness", threshold: "threshold", root_v_min: "√v, smallest",
                root_v_median: "√v, median", root_v_max: "√v, largest"};
const panels = [
  {columns: ["loss"], title: "Loss", marks: ["floor_step", "crossing", "growth_onset", "onset"]},
  {columns: ["sharpness", "threshold"], title: "Sharpness, by its threshold (dashed)", marks: ["crossing"]},
  {columns: ["root_v_min", "root_v_median", "root_v_max"], title: "√v: smallest, median, largest", marks: []}];

/** Charts of cells below one another, on one axis of steps. */
class Charts {
  /** `zoom`, `setZoom`: the zoom as a text, "first,last" or "first,last,low,high". */
  constructor(place, zoom, setZoom) {
    this.place = place;
    this.zoom = zoom;
    this.setZoom = setZoom;
    this.charts = [];
    this.readout = make("p", {class: "readout", "aria-live": "polite"});
  }

  show(drawn) {
    this.clear();
    this.drawn = drawn;
    if (!drawn.length) {
      this.place.replaceChildren(make("p", {class: "note"}, cells.some(cell => cell.trace)
        ? "No chosen cell has a trace." : "The traces are not at hand; metrics, heat map and tables are."));
      return;
    }
    this.look = styles(drawn);
    const buttons = make("span", {class: "buttons"},
      make("button", {type: "button", onclick: () => this.scaleBy(0.5)}, "Zoom in"), " ",
      make("button", {type: "button", onclick: () => this.scaleBy(2)}, "Zoom out"), " ",
      this.reset = make("button", {type: "button", class: "all-steps", onclick: () => this.zoomTo("")}, "All steps"));
    this.place.replaceChildren();
    for (const panel of panels) {
      const has = drawn.some(cell => panel.columns.some(column => cells[cell].trace[column]?.step.length));
      if (!has) continue;
      const first = !this.charts.length;
      const canvas = make("canvas", {tabindex: "0", role: "img",
        "aria-label": `${panel.title} of ${counted(drawn.length, "cell")} over steps. Left and right: the next value; up and down: the next line; plus, minus, 0: zoom.`});
      this.place.append(make("div", {class: "chart-block"},
        make("div", {class: "chart-head"}, make("h3", {}, panel.title), first ? buttons : ""),
        make("div", {class: first ? "chart" : "chart low"}, canvas)));
      this.charts.push(this.chart(panel, canvas));
      if (first) this.place.append(this.readout, this.key());
    }
    const last = this.charts.at(-1);
    last.options.scales.x.title.display = true;
    this.applyZoom();
    this.say(null);
  }

  clear() {
    for (const chart of this.charts) chart.destroy();
    this.charts = [];
  }

  key() {
    const list = make("ul", {class: "key"});
    for (const entry of this.look.entries) {
      const line = make("span", {class: "dash", style: `border-top-color:${ink(entry.colour)};border-top-style:${entry.dash.length ? entry.dash[0] < 3 ? "dotted" : "dashed" : "solid"}`});
      list.append(make("li", {}, line, entry.cell !== undefined && state.cell === ""
        ? make("a", {href: "#", onclick: event => { event.preventDefault(); openCell(entry.cell); }}, entry.text) : entry.text));
    }
    if (this.look.more > 0) list.append(make("li", {}, `and ${this.look.more} more; colours repeat`));
    for (const mark of marks) {
      if (this.drawn.some(cell => stepOf(mark.metric, cell) !== null)) list.append(make("li", {}, `${mark.sign} ${mark.name}`));
    }
    if (this.lost) list.append(make("li", {}, "△ at the upper edge: not finite; ▽ at the lower: 0 or below"));
    return list;
  }

  chart(panel, canvas) {
    const datasets = [];
    const many = this.drawn.length > 12;
    const [background, text, grid] = paper("--paper", "--soft", "--grid");
    for (const cell of this.drawn) {
      const {colour, dash} = this.look.of.get(cell);
      for (const column of panel.columns) {
        const {line, lost} = pointsOf(cell, column);
        if (!line.length) continue;
        const edge = column === "root_v_min" || column === "root_v_max";
        datasets.push({kind: "line", label: titles[column], data: line, borderColor: ink(colour), backgroundColor: ink(colour, 0.12),
          borderDash: column === "threshold" ? [5, 4] : panel.columns.length > 1 ? [] : dash,
          borderWidth: edge || column === "threshold" ? 1 : many ? 1.2 : 1.7,
          fill: column === "root_v_max" && this.drawn.length === 1 ? "-2" : false});
        if (lost.length) {
          this.lost = true;
          datasets.push({kind: "lost", label: titles[column], data: lost, showLine: false, pointRadius: 5, pointStyle: "triangle",
            pointRotation: lost.map(point => /^-?(inf|nan)/.test(point.text) ? 0 : 180), borderColor: ink(colour), backgroundColor: "transparent"});
        }
        if (column !== panel.columns[0]) continue;
        for (const mark of marks.filter(mark => panel.marks.includes(mark.metric))) {
          const step = stepOf(mark.metric, cell);
          const y = step === null ? null : heightAt(line, onAxis(step));
          if (y === null) continue;
          datasets.push({kind: "mark", label: mark.name, order: -1, data: [{x: onAxis(step), y, step, text: metricOf(mark.value)?.text[cell] ?? "", cell, column, mark}],
            showLine: false, pointStyle: mark.style, pointRotation: mark.rotation, pointRadius: many ? 3.5 : 5.5, pointHoverRadius: many ? 5 : 7,
            backgroundColor: ink(colour), borderColor: mark.style === "crossRot" ? ink(colour) : background, borderWidth: 1.2});
        }
      }
    }
    const chart = new Chart(canvas, {
      type: "line",
      data: {datasets},
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, parsing: false, normalized: true, spanGaps: false,
        interaction: {mode: "nearest", axis: "xy", intersect: false},
        elements: {point: {radius: 0, hoverRadius: 4}, line: {tension: 0}},
        onHover: (_, elements) => this.say(elements.length ? pointAt(chart, elements[0]) : null),
        layout: {padding: {right: 12, top: 6}},
        scales: {
          x: {type: "linear", title: {display: false, text: "step", color: text}, border: {color: grid}, grid: {color: grid, borderColor: grid},
              ticks: {color: text, maxRotation: 0, autoSkipPadding: 18, callback: value => Math.round(fromAxis(value)).toLocaleString("en").replace(/,/g, " ")},
              afterBuildTicks: axis => {
                if (state.steps !== "log") return;
                const ticks = [];
                for (let power = 0; 10 ** power < fromAxis(axis.max) * 1.01; ++power) {
                  for (const digit of axis.max - axis.min < 1.5 ? [1, 2, 5] : [1]) ticks.push({value: onAxis(digit * 10 ** power)});
                }
                axis.ticks = [{value: 0}, ...ticks].filter(tick => tick.value >= axis.min - 1e-9 && tick.value <= axis.max + 1e-9);
              }},
          y: {type: "linear", border: {color: grid}, grid: {color: grid, borderColor: grid}, ticks: {color: text, callback: value => powerText(value), autoSkip: false},
              afterBuildTicks: axis => { axis.ticks = powerTicks(axis.min, axis.max); }, afterFit: axis => { axis.width = 74; }}},
        plugins: {
          legend: {display: false},
          tooltip: {displayColors: false, filter: (_, i) => i === 0, backgroundColor: isDark() ? "#e6e9eef2" : "#1b1f24f2",
            titleColor: isDark() ? "#14171c" : "#fff", bodyColor: isDark() ? "#14171c" : "#fff",
            callbacks: {
              title: items => items.length ? `step ${items[0].raw.step}` : "",
              label: item => [item.raw.mark ? item.raw.mark.name : titles[item.raw.column], ...wrapped(item.raw.text), ...wrapped(labelOf(item.raw.cell))]}}}},
      plugins: [{id: "drag", afterDraw: drawn => this.drawDrag(drawn)}]});
    chart.panel = panel;
    this.listen(chart, canvas);
    return chart;
  }

  /** Says the exact value of a point below the first chart. */
  say(point) {
    if (!point) {
      this.readout.replaceChildren(matchMedia("(pointer: coarse)").matches ? "Touch a line for its values; the buttons zoom."
        : "Drag over a stretch to zoom; double-click shows all. Keys: arrows, + − 0.");
      return;
    }
    this.readout.replaceChildren(make("b", {}, `step ${point.step}`), ` ${point.mark ? point.mark.name : titles[point.column]} `,
      make("b", {}, point.text), ` ${labelOf(point.cell)}`);
  }

  // Zoom, in steps; what is up is fitted to what is shown unless a box says otherwise.

  range() {
    const [first, last, low, high] = this.zoom().split(",").map(Number);
    const steps = this.drawn.flatMap(cell => [cells[cell].trace.loss?.step[0] ?? 0, cells[cell].trace.loss?.step.at(-1) ?? 1]);
    const all = [steps.reduce((a, b) => Math.min(a, b)), steps.reduce((a, b) => Math.max(a, b))];
    const zoomed = Number.isFinite(first) && last > first;
    return {all, zoomed, x: zoomed ? [first, last] : all, y: zoomed && high > low ? [low, high] : null};
  }

  applyZoom() {
    const {x, y, zoomed} = this.range();
    this.reset.disabled = !zoomed;
    const [first, last] = x.map(onAxis);
    this.charts.forEach((chart, i) => {
      let low = Infinity, high = -Infinity;
      for (const {kind, data: points} of chart.data.datasets) {
        if (kind !== "line") continue;
        points.forEach((point, k) => {
          // A line that only passes through counts by its points on either side.
          const shown = point.x >= first && point.x <= last || points[k + 1]?.x > first && point.x < first;
          if (!shown || Number.isNaN(point.y)) return;
          low = Math.min(low, point.y);
          high = Math.max(high, point.y);
        });
      }
      if (low > high) [low, high] = [0, 1];
      const room = Math.max(0.05 * (high - low), 0.02);
      const scales = chart.options.scales;
      [scales.y.min, scales.y.max] = i === 0 && y ? y : [low - room, high + room];
      [scales.x.min, scales.x.max] = [first, last > first ? last : first + 1];
      for (const dataset of chart.data.datasets) {
        if (dataset.kind !== "lost") continue;
        for (const point of dataset.data) point.y = /^-?(inf|nan)/.test(point.text) ? scales.y.max : scales.y.min;
      }
      chart.update("none");
    });
  }

  zoomTo(text) {
    this.setZoom(text);
    this.applyZoom();
  }

  scaleBy(factor) {
    const {x, all} = this.range();
    const [first, last] = x.map(onAxis), ends = all.map(onAxis);
    const half = (last - first) / 2 * factor, middle = (first + last) / 2;
    this.moveTo(middle - half, middle + half, ends);
  }

  pan(share) {
    const {x, all} = this.range();
    const [first, last] = x.map(onAxis), ends = all.map(onAxis);
    let by = share * (last - first);
    by = Math.max(ends[0] - first, Math.min(ends[1] - last, by));
    this.moveTo(first + by, last + by, ends);
  }

  moveTo(first, last, ends) {
    if (last - first >= ends[1] - ends[0]) return this.zoomTo("");
    const steps = [Math.max(first, ends[0]), Math.min(last, ends[1])].map(x => Math.round(fromAxis(x)));
    if (steps[1] > steps[0]) this.zoomTo(steps.join(","));
  }

  drawDrag(chart) {
    if (this.drag?.chart !== chart) return;
    const {from, to, tall} = this.drag, area = chart.chartArea, context = chart.ctx;
    const top = tall ? Math.min(from.y, to.y) : area.top, height = tall ? Math.abs(to.y - from.y) : area.bottom - area.top;
    context.save();
    context.fillStyle = isDark() ? "#7fb2ef33" : "#1b4f9c22";
    context.strokeStyle = isDark() ? "#7fb2ef" : "#1b4f9c";
    context.fillRect(Math.min(from.x, to.x), top, Math.abs(to.x - from.x), height);
    context.strokeRect(Math.min(from.x, to.x), top, Math.abs(to.x - from.x), height);
    context.restore();
  }

  listen(chart, canvas) {
    const place = event => {
      const box = canvas.getBoundingClientRect(), area = chart.chartArea;
      return {x: Math.max(area.left, Math.min(area.right, event.clientX - box.left)),
              y: Math.max(area.top, Math.min(area.bottom, event.clientY - box.top))};
    };
    // A finger scrolls the page; it has the buttons.
    canvas.addEventListener("pointerdown", event => {
      if (event.pointerType === "touch" || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      const from = place(event);
      this.drag = {chart, from, to: from, tall: false};
    });
    canvas.addEventListener("pointermove", event => {
      if (this.drag?.chart !== chart) return;
      this.drag.to = place(event);
      this.drag.tall = chart === this.charts[0] && Math.abs(this.drag.to.y - this.drag.from.y) > 24;
      chart.draw();
    });
    const end = event => {
      if (this.drag?.chart !== chart) return;
      const {from, to, tall} = this.drag;
      this.drag = null;
      chart.draw();
      if (event.type === "pointercancel" || Math.abs(to.x - from.x) < 8) return;
      const value = (axis, pixel) => chart.scales[axis].getValueForPixel(pixel);
      const steps = [from.x, to.x].map(x => fromAxis(value("x", x))).sort((a, b) => a - b);
      const box = [Math.floor(steps[0]), Math.ceil(steps[1])];
      if (tall) box.push(...[from.y, to.y].map(y => Number(value("y", y).toFixed(3))).sort((a, b) => a - b));
      this.zoomTo(box.join(","));
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("dblclick", () => this.zoomTo(""));
    canvas.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const turns = {"+": () => this.scaleBy(0.5), "=": () => this.scaleBy(0.5), "-": () => this.scaleBy(2), "0": () => this.zoomTo(""),
                     ArrowRight: () => event.shiftKey ? this.pan(0.25) : this.walk(chart, 0, 1), ArrowLeft: () => event.shiftKey ? this.pan(-0.25) : this.walk(chart, 0, -1),
                     ArrowUp: () => this.walk(chart, -1, 0), ArrowDown: () => this.walk(chart, 1, 0)};
      if (!turns[event.key]) return;
      event.preventDefault();
      turns[event.key]();
    });
  }

  /** To the next point or line by the keyboard. */
  walk(chart, lines, points) {
    const indices = chart.data.datasets.map((dataset, i) => i).filter(i => chart.data.datasets[i].kind === "line");
    const active = chart.getActiveElements()[0];
    let at = Math.max(0, indices.indexOf(active?.datasetIndex ?? indices[0]));
    at = (at + lines + indices.length) % indices.length;
    const line = chart.data.datasets[indices[at]].data;
    const {min, max} = chart.scales.x;
    const shown = line.map((_, i) => i).filter(i => line[i].x >= min && line[i].x <= max && !Number.isNaN(line[i].y));
    if (!shown.length) return;
    const old = active ? chart.data.datasets[active.datasetIndex].data[active.index].x : line[shown[0]].x;
    let next = shown.findIndex(i => line[i].x >= old);
    if (next < 0) next = shown.length - 1;
    if (active) next = Math.max(0, Math.min(shown.length - 1, next + points));
    const element = {datasetIndex: indices[at], index: shown[next]};
    chart.setActiveElements([element]);
    const pixel = chart.getDatasetMeta(element.datasetIndex).data[element.index];
    chart.tooltip.setActiveElements([element], {x: pixel.x, y: pixel.y});
    chart.update("none");
    this.say(pointAt(chart, element));
  }
}

const pointAt = (chart, element) => chart.data.datasets[element.datasetIndex].data[element.index];

const studyCharts = new Charts(by("charts"), () => state.zoom, text => { state.zoom = text; writeAddress(); });
let cellZoom = "";
const cellCharts = new Charts(by("cell-charts"), () => cellZoom, text => { cellZoom = text; });

// ---- the choice of cells

function makeFilters() {
  for (const key of swept) {
    const chips = make("div", {class: "chips"});
    for (const value of valuesOf(key)) {
      const box = make("input", {type: "checkbox", onchange: () => {
        const values = state.only.get(key.name) ?? new Set();
        if (box.checked) values.add(value); else values.delete(value);
        if (values.size) state.only.set(key.name, values); else state.only.delete(key.name);
        choose({});
      }});
      box.value = value;
      box.name = key.name;
      chips.append(make("label", {}, box, value === "" ? none : value));
    }
    by("keys").append(make("fieldset", {}, make("legend", {}, key.title === key.name ? key.name : `${key.title} (${key.name})`), chips));
  }
  by("choice").hidden = !swept.length;
  by("filters").open = innerWidth > 720 && swept.reduce((sum, key) => sum + valuesOf(key).length, 0) <= 60;
  by("all-cells").addEventListener("click", () => choose({only: new Map()}));
}

function showFilters(chosen) {
  for (const box of by("keys").querySelectorAll("input")) box.checked = state.only.get(box.name)?.has(box.value) ?? false;
  by("all-cells").disabled = !state.only.size;
  by("chosen").textContent = state.only.size
    ? `${chosen.length} of ${counted(cells.length, "cell")}: ` + swept.filter(key => state.only.has(key.name)).map(key =>
        [...state.only.get(key.name)].map(value => named(key, value)).join(" or ")).join(", ")
    : `all ${counted(cells.length, "cell")}`;
}

// ---- losses

function showLosses(chosen) {
  const traced = chosen.filter(i => cells[i].trace?.loss);
  const most = Number(state.lines);
  // Evenly spread, so that no end of an axis is left out.
  const drawn = traced.length <= most ? traced : Array.from({length: most}, (_, i) => traced[Math.round(i * (traced.length - 1) / (most - 1))]);
  let text = drawn.length < traced.length ? `${drawn.length} of ${counted(traced.length, "chosen cell")}, evenly spread. Choose fewer cells, or more lines.` : "";
  if (traced.length && traced.length < chosen.length) text += ` ${counted(chosen.length - traced.length, "chosen cell")} without a trace.`;
  by("drawn").textContent = text;
  studyCharts.show(drawn);
}

function options(select, pairs, value) {
  select.replaceChildren(...pairs.map(([name, text]) => {
    const option = make("option", {}, text);
    option.value = name;
    return option;
  }));
  select.value = value;
}

function showControls() {
  options(by("colour"), [["", "as fits"], ["cell", "cell"], ...swept.map(key => [key.name, key.title])], state.colour);
  options(by("map-x"), swept.map(key => [key.name, key.title]), state.x);
  options(by("map-y"), [["", none], ...swept.map(key => [key.name, key.title])], state.y);
  options(by("map-value"), metrics.map(metric => [metric.name, metric.title]), state.value);
  by("steps").value = state.steps;
  by("lines").value = state.lines;
}

// ---- heat map

/** What a box of cells shows, as the figures have it: the verdict on which they agree, or the median. */
function boxOf(metric, inside) {
  if (metric.words) {
    const words = inside.map(i => metric.text[i] || cells[i].status.split(":")[0]);
    const first = words[0];
    if (words.every(word => word === first)) return {text: first, brief: first.slice(0, 1), colour: verdictColour(first), cell: inside[0]};
    const counts = new Map();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const sorted = [...counts].sort((a, b) => b[1] - a[1]);
    return {text: sorted.map(([word, count]) => `${count} ${word}`).join(", "), brief: sorted.map(([word, count]) => count + word.slice(0, 1)).join(" "),
            colour: verdictColour("mixed"), cell: inside[0]};
  }
  const place = i => metric.at[i] ?? (/^(> |inf$)/.test(metric.text[i]) ? Infinity : metric.text[i] === "" || metric.text[i] === "nan" ? null : -Infinity);
  const known = inside.filter(i => place(i) !== null).sort((a, b) => place(a) - place(b) || 0);
  if (!known.length) return {text: "none", brief: none, colour: verdictColour(""), cell: inside[0]};
  const middle = known[Math.ceil(known.length / 2) - 1];
  return {text: metric.text[middle], brief: metric.brief[middle], at: metric.at[middle], colour: verdictColour(""), cell: middle};
}

function showMap(chosen) {
  by("map").hidden = !swept.length || !metrics.length;
  by("map-cells").replaceChildren();
  by("map-here").textContent = "";
  if (by("map").hidden) return;
  const x = keys.find(key => key.name === state.x), y = keys.find(key => key.name === state.y && key !== x);
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
  const places = [...boxes.values()].map(box => box.at).filter(at => typeof at === "number");
  const low = Math.min(...places), high = Math.max(...places);
  for (const box of boxes.values()) if (typeof box.at === "number") box.colour = rampAt(high > low ? (box.at - low) / (high - low) : 0);

  const body = make("tbody");
  lines.forEach((line, row) => {
    const tr = make("tr", {}, make("th", {scope: "row"}, line === null ? "" : line === "" ? none : line));
    columns.forEach((column, at) => {
      const box = boxes.get(JSON.stringify([column, line]));
      if (!box) {
        tr.append(make("td"));
        return;
      }
      const where = named(x, column) + (y ? ", " + named(y, line) : "");
      const what = `${where}: ${metric.title} ${box.text}` + (box.inside.length > 1 ? ` (${counted(box.inside.length, "cell")})` : "");
      const tell = () => { by("map-here").textContent = what; };
      const button = make("button", {type: "button", tabindex: "-1", title: what, "aria-label": what, "data-row": row, "data-column": at,
        style: `background:${box.colour};color:${brightness(box.colour) < 140 ? "#fff" : "#16191d"}`, onmouseenter: tell, onfocus: tell,
        onclick: () => openBox(where, box)}, box.brief);
      tr.append(make("td", {}, button));
    });
    body.append(tr);
  });
  const foot = make("tfoot", {}, make("tr", {}, make("th", {}, y ? `${y.title} ↑` : ""), ...columns.map(column => make("th", {scope: "col"}, column === "" ? none : column))),
    make("tr", {}, make("th"), make("th", {colspan: columns.length}, `${x.title} →`)));
  by("map-boxes").replaceChildren(make("table", {class: lines.length > 16 ? "dense" : null}, body, foot));
  by("map-boxes").querySelector("button")?.setAttribute("tabindex", "0");
  showMapKey(metric, boxes, low, high);
}

function showMapKey(metric, boxes, low, high) {
  const entries = [];
  const entry = (colour, text) => entries.push(make("span", {}, swatch(colour), text));
  if (metric.words) {
    const used = new Set([...boxes.values()].map(box => box.colour));
    for (const [name, colour] of Object.entries(data.colours.verdicts)) if (used.has(colour)) entry(colour, name || "no result");
  } else if (low <= high) {
    for (let i = 0; i <= 4 && (i === 0 || low < high); ++i) {
      const at = low + i / 4 * (high - low);
      entry(rampAt(i / 4), metric.log ? powerText(Math.round(at * 10) / 10) : String(Number(at.toPrecision(3))));
    }
    if ([...boxes.values()].some(box => typeof box.at !== "number")) entry(verdictColour(""), metric.log ? "none, 0, not finite, or beyond the last step" : "none, not finite, or beyond the last step");
  }
  by("map-key").replaceChildren(...entries);
}

function openBox(where, box) {
  if (box.inside.length === 1) return openCell(box.inside[0]);
  by("map-cells").replaceChildren(make("p", {}, `${counted(box.inside.length, "cell")} with ${where}:`),
    make("ul", {}, ...box.inside.map(i => make("li", {}, cellLink(i, labelOf(i)), ` ${metricOf("verdict")?.text[i] ?? ""}`))));
  by("map-cells").querySelector("a").focus();
}

by("map-boxes").addEventListener("keydown", event => {
  const button = event.target.closest("button");
  const turn = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
  if (!button || !turn) return;
  event.preventDefault();
  let row = Number(button.dataset.row), column = Number(button.dataset.column);
  const table = button.closest("table"), rows = table.tBodies[0].rows;
  do {
    row += turn[0];
    column += turn[1];
    const next = rows[row]?.cells[column + 1]?.querySelector("button");
    if (next) {
      button.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
      return;
    }
  } while (row >= 0 && row < rows.length && column >= 0 && column < rows[0].cells.length - 1);
});

// ---- the list of cells

const cellLink = (i, text) => make("a", {href: addressOf(i), onclick: event => { event.preventDefault(); openCell(i); }}, text);
function addressOf(i) {
  const before = state.cell;
  state.cell = cells[i].id;
  const text = address();
  state.cell = before;
  return text;
}

const listed = ["verdict", "floor", "onset", "crossing", "peak", "tail", "us_per_step"].map(metricOf)
  .filter(metric => metric && metric.text.some(text => text !== ""));
let mostRows = 40;

function showRows(chosen) {
  const heads = [...swept.map(key => ({name: key.name, title: key.title, of: i => key.at[i], text: i => valueOf(key, i), number: key.numbers})),
                 ...listed.map(metric => ({name: metric.name, title: metric.title, number: !metric.words, text: i => metric.brief[i], words: metric.words,
                   of: i => metric.at[i] ?? (metric.text[i].startsWith("> ") || metric.text[i] === "inf" ? Infinity : -Infinity)}))];
  const [name, direction] = state.sort.split(":");
  const head = heads.find(head => head.name === name);
  const order = [...chosen];
  if (head) order.sort((a, b) => (direction === "down" ? -1 : 1) * (head.of(a) === head.of(b) ? 0 : head.of(a) < head.of(b) ? -1 : 1) || a - b);
  const title = head => {
    const sorted = head.name === name ? direction : "";
    return make("th", {scope: "col", class: head.number ? "number" : null, "aria-sort": sorted ? sorted === "down" ? "descending" : "ascending" : null},
      make("button", {type: "button", onclick: () => choose({sort: head.name + (sorted === "up" ? ":down" : ":up")}, () => showRows(selected()))},
        head.title + (sorted ? sorted === "down" ? " ↓" : " ↑" : "")));
  };
  const body = make("tbody");
  for (const i of order.slice(0, mostRows)) {
    const row = make("tr", {}, make("td", {}, cellLink(i, cells[i].id.slice(0, 8))));
    const done = cells[i].status === "done";
    for (const head of heads) {
      const text = head.text(i) || none;
      if (head.words && !done) row.append(make("td", {class: "status"}, cells[i].status));
      else if (head.words) row.append(make("td", {}, swatch(verdictColour(text)), text));
      else row.append(make("td", {class: head.number ? "number" : null}, text));
    }
    body.append(row);
  }
  by("rows").replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, make("th", {scope: "col"}, "cell"), ...heads.map(title))), body));
  by("more-rows").hidden = order.length <= mostRows;
  by("more-rows").textContent = `Show all ${order.length}`;
}

by("more-rows").addEventListener("click", () => { mostRows = Infinity; showRows(selected()); });

// ---- a cell's page

function openCell(i) {
  location.hash = addressOf(i);  // an entry of the history: Back leads back
}

function showCell() {
  const at = cells.findIndex(cell => cell.id === state.cell);
  const cell = cells[at];
  const was = !by("cell").hidden;
  by("cell").hidden = at < 0;
  by("study").hidden = at >= 0;
  document.title = at < 0 ? by("overview").querySelector("h1").textContent : `${labelOf(at)}: ${data.study}`;
  if (at < 0) {
    cellCharts.clear();
    return was;
  }
  by("cell-title").replaceChildren(labelOf(at), make("small", {class: "code"}, cell.id));
  const verdict = metricOf("verdict")?.text[at] ?? "";
  by("cell-status").replaceChildren(...(cell.status === "done" ? [swatch(verdictColour(verdict)), verdict]
    : [make("span", {class: "status"}, cell.status)]));
  by("cell-toml").textContent = cell.toml || "Not at hand.";
  const table = make("tbody");
  for (const metric of metrics) {
    table.append(make("tr", {}, make("th", {scope: "row"}, metric.title), make("td", {class: "code"}, metric.text[at] || none), make("td", {}, make("small", {}, metric.meaning))));
  }
  by("cell-metrics").replaceChildren(make("table", {}, table));
  showFinal(cell);
  const chosen = selected();
  const place = chosen.indexOf(at);
  by("cell-before").disabled = place <= 0;
  by("cell-after").disabled = place < 0 || place + 1 >= chosen.length;
  if (cell.trace?.loss) cellCharts.show([at]);
  else {
    cellCharts.clear();
    by("cell-charts").replaceChildren(make("p", {class: "note"}, cell.status === "done" ? "The trace of this cell is not at hand." : "This cell has no result."));
  }
  return true;
}

function showFinal(cell) {
  if (!cell.final?.length) {
    by("cell-final").replaceChildren(make("p", {class: "hint"}, "Not at hand."));
    return;
  }
  const body = make("tbody");
  for (const state of cell.final) {
    const number = text => make("td", {class: "number"}, text);
    body.append(make("tr", {}, make("th", {scope: "row"}, state.role.replaceAll("_", " ")), number(state.count), number(state.zeros), number(state.notFinite),
      ...state.values.map(([exact, decimal]) => make("td", {class: "number", title: exact}, decimal || none))));
  }
  by("cell-final").replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, make("th", {}, "quantity"),
    ...["values", "zeros", "not finite", "smallest", "median", "largest"].map(text => make("th", {class: "number", scope: "col"}, text)))), body),
    make("p", {class: "hint"}, "Decimals are the first digits; the exact literal is in final.csv and shows on hover."));
}

function closeCell() {
  state.cell = "";
  location.hash = address();
}

function toNeighbour(by) {
  const chosen = selected();
  const place = chosen.indexOf(cells.findIndex(cell => cell.id === state.cell));
  if (place >= 0 && chosen[place + by] !== undefined) openCell(chosen[place + by]);
}

by("cell-close").addEventListener("click", closeCell);
by("cell-before").addEventListener("click", () => toNeighbour(-1));
by("cell-after").addEventListener("click", () => toNeighbour(1));
document.addEventListener("keydown", event => {
  if (!state.cell || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") closeCell();
  if (event.key === "[") toNeighbour(-1);
  if (event.key === "]") toNeighbour(1);
});

// ---- all together

function showStudy() {
  if (state.cell) return;
  const chosen = selected();
  showFilters(chosen);
  showControls();
  showLosses(chosen);
  showMap(chosen);
  showRows(chosen);
}

let scrolled = 0;  // where the study was left for a cell
function showAddress() {
  const was = state.cell;
  readAddress();
  if (!was && state.cell) scrolled = scrollY;
  if (was !== state.cell) cellZoom = "";
  showCell();
  showStudy();
  if (state.cell && was !== state.cell) {
    scrollTo(0, 0);
    by("cell").focus({preventScroll: true});
  } else if (was && !state.cell) scrollTo(0, scrolled);
}

function redraw() {
  by("theme").textContent = isDark() ? "Light" : "Dark";
  if (state.cell) showCell();
  showStudy();
}

const kept = "ulpscope-theme";
try {  // storage may be closed to files
  const theme = localStorage.getItem(kept);
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
} catch { /* as the system has it */ }
by("theme").addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  try {
    localStorage.setItem(kept, root.dataset.theme);
  } catch { /* for this visit only */ }
  redraw();
});
darkScheme.addEventListener("change", redraw);

// On paper charts are those of the light page.
let themeOnScreen = null;
addEventListener("beforeprint", () => {
  themeOnScreen = root.dataset.theme ?? "";
  root.dataset.theme = "light";
  redraw();
  // About as wide as paper, so that their texts are as large as the page's.
  for (const chart of [...studyCharts.charts, ...cellCharts.charts]) chart.resize(700, chart === studyCharts.charts[0] || chart === cellCharts.charts[0] ? 300 : 150);
});
addEventListener("afterprint", () => {
  if (themeOnScreen) root.dataset.theme = themeOnScreen;
  else delete root.dataset.theme;
  redraw();
});

// The address is what is chosen: links within the page only scroll.
for (const link of document.querySelectorAll(".top nav a, .skip")) {
  link.addEventListener("click", event => {
    event.preventDefault();
    const target = by(link.getAttribute("href").slice(1));
    if (state.cell) {
      scrolled = 0;
      state.cell = "";
      writeAddress();
      showCell();
      showStudy();
    }
    target.scrollIntoView();
    target.focus({preventScroll: true});
  });
}
for (const [id, name] of [["colour", "colour"], ["steps", "steps"], ["lines", "lines"], ["map-x", "x"], ["map-y", "y"], ["map-value", "value"]]) {
  by(id).addEventListener("change", event => choose({[name]: event.target.value}));
}
addEventListener("hashchange", showAddress);
makeFilters();
readAddress();
if (state.only.size) by("filters").open = true;
showCell();
redraw();
})();
