// SPDX-License-Identifier: BSL-1.0
// Charts of cells over steps, by Chart.js: lines, marks, zoom, exact values.

/** Charts of cells below one another, on one axis of steps. */
class Charts {
  /** `zoom`, `setZoom`: the zoom as a text, "first,last" or "first,last,low,high". */
  constructor(place, zoom, setZoom) {
    this.place = place;
    this.zoom = zoom;
    this.setZoom = setZoom;
    this.charts = [];
    this.readout = make('p', {class: 'readout', 'aria-live': 'polite'});
  }

  show(drawn) {
    this.clear();
    this.drawn = drawn;
    if (!drawn.length) {
      this.place.replaceChildren(make(
          'p', {class: 'note'},
          cells.some(cell => cell.trace) ?
              'No chosen cell has a trace.' :
              'The traces are not at hand; metrics, heat map and tables are.'));
      return;
    }
    this.look = styles(drawn);
    const buttons = make(
        'span', {class: 'buttons'},
        make('button', {type: 'button', onclick: () => this.scaleBy(0.5)}, 'Zoom in'), ' ',
        make('button', {type: 'button', onclick: () => this.scaleBy(2)}, 'Zoom out'), ' ',
        this.reset = make(
            'button', {type: 'button', class: 'all-steps', onclick: () => this.zoomTo('')},
            'All steps'));
    this.place.replaceChildren();
    for (const panel of panels) {
      const has =
          drawn.some(cell => panel.columns.some(column => cells[cell].trace[column]?.step.length));
      if (!has) continue;
      const first = !this.charts.length;
      const canvas = make('canvas', {
        tabindex: '0',
        role: 'img',
        'aria-label': `${panel.title} of ${counted(drawn.length, 'cell')} over steps. ` +
            'Left and right: the next value; up and down: the next line; plus, minus, 0: zoom.'
      });
      this.place.append(make(
          'div', {class: 'chart-block'},
          make('div', {class: 'chart-head'}, make('h3', {}, panel.title), first ? buttons : ''),
          make('div', {class: first ? 'chart' : 'chart low'}, canvas)));
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
    this.lost = false;
  }

  key() {
    const list = make('ul', {class: 'key'});
    for (const entry of this.look.entries) {
      const line = make('span', {
        class: 'dash',
        style: `border-top-color:${ink(entry.colour)};border-top-style:${
            entry.dash.length ? entry.dash[0] < 3 ? 'dotted' : 'dashed' : 'solid'}`
      });
      const leads = entry.cell !== undefined && state.cell === '';
      list.append(make('li', {}, line, leads ? cellLink(entry.cell, entry.text) : entry.text));
    }
    if (this.look.more > 0)
      list.append(make('li', {}, `and ${this.look.more} more; colours repeat`));
    for (const mark of marks) {
      if (this.drawn.some(cell => stepOf(mark.metric, cell) !== null))
        list.append(make('li', {}, `${mark.sign} ${mark.name}`));
    }
    if (this.lost)
      list.append(make('li', {}, '△ at the upper edge: not finite; ▽ at the lower: 0 or below'));
    return list;
  }

  chart(panel, canvas) {
    const datasets = [];
    const many = this.drawn.length > 12;
    const width = many ? 1.2 : 1.7;
    const alone = panel.columns.length === 1;  // else dashes tell the columns apart
    const [background, text, grid] = paper('--paper', '--soft', '--grid');
    for (const cell of this.drawn) {
      const {colour, dash} = this.look.of.get(cell);
      for (const column of panel.columns) {
        const {line, lost} = pointsOf(cell, column);
        if (!line.length) continue;
        const edge = column === 'root_v_min' || column === 'root_v_max';
        datasets.push({
          kind: 'line',
          label: titles[column],
          data: line,
          borderColor: ink(colour),
          backgroundColor: ink(colour, 0.12),
          borderDash: column === 'threshold' ? [5, 4] : (alone ? dash : []),
          borderWidth: edge || column === 'threshold' ? 1 : width,
          fill: column === 'root_v_max' && this.drawn.length === 1 ? '-2' : false
        });
        if (lost.length) {
          this.lost = true;
          datasets.push({
            kind: 'lost',
            label: titles[column],
            data: lost,
            showLine: false,
            pointRadius: 5,
            pointStyle: 'triangle',
            pointRotation: lost.map(point => /^-?(inf|nan)/.test(point.text) ? 0 : 180),
            borderColor: ink(colour),
            backgroundColor: 'transparent'
          });
        }
        if (column !== panel.columns[0]) continue;
        for (const mark of marks.filter(mark => panel.marks.includes(mark.metric))) {
          const step = stepOf(mark.metric, cell);
          const y = step === null ? null : heightAt(line, onAxis(step));
          if (y === null) continue;
          datasets.push({
            kind: 'mark',
            label: mark.name,
            order: -1,
            data: [{
              x: onAxis(step),
              y,
              step,
              text: metricOf(mark.value)?.text[cell] ?? '',
              cell,
              column,
              mark
            }],
            showLine: false,
            pointStyle: mark.style,
            pointRotation: mark.rotation,
            pointRadius: many ? 3.5 : 5.5,
            pointHoverRadius: many ? 5 : 7,
            backgroundColor: ink(colour),
            borderColor: mark.style === 'crossRot' ? ink(colour) : background,
            borderWidth: 1.2
          });
        }
      }
    }
    const chart = new Chart(canvas, {
      type: 'line',
      data: {datasets},
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        spanGaps: false,
        interaction: {mode: 'nearest', axis: 'xy', intersect: false},
        elements: {point: {radius: 0, hoverRadius: 4}, line: {tension: 0}},
        onHover: (_, elements) => this.say(elements.length ? pointAt(chart, elements[0]) : null),
        layout: {padding: {right: 12, top: 6}},
        scales: {
          x: {
            type: 'linear',
            title: {display: false, text: 'step', color: text},
            border: {color: grid},
            grid: {color: grid, borderColor: grid},
            ticks: {
              color: text,
              maxRotation: 0,
              autoSkipPadding: 18,
              callback: value => Math.round(fromAxis(value)).toLocaleString('en').replace(/,/g, ' ')
            },
            afterBuildTicks: axis => {
              if (state.steps !== 'log') return;
              const ticks = [];
              for (let power = 0; 10 ** power < fromAxis(axis.max) * 1.01; ++power) {
                for (const digit of axis.max - axis.min < 1.5 ? [1, 2, 5] : [1])
                  ticks.push({value: onAxis(digit * 10 ** power)});
              }
              axis.ticks = [{value: 0}, ...ticks].filter(
                  tick => tick.value >= axis.min - 1e-9 && tick.value <= axis.max + 1e-9);
            }
          },
          y: {
            type: 'linear',
            border: {color: grid},
            grid: {color: grid, borderColor: grid},
            ticks: {color: text, callback: value => powerText(value), autoSkip: false},
            afterBuildTicks: axis => {
              axis.ticks = powerTicks(axis.min, axis.max);
            },
            afterFit: axis => {
              axis.width = 74;
            }
          }
        },
        plugins: {
          legend: {display: false},
          tooltip: {
            displayColors: false,
            filter: (_, i) => i === 0,
            backgroundColor: isDark() ? '#e6e9eef2' : '#1b1f24f2',
            titleColor: isDark() ? '#14171c' : '#fff',
            bodyColor: isDark() ? '#14171c' : '#fff',
            callbacks: {
              title: items => items.length ? `step ${items[0].raw.step}` : '',
              label: item =>
                  [item.raw.mark ? item.raw.mark.name : titles[item.raw.column],
                   ...wrapped(item.raw.text), ...wrapped(labelOf(item.raw.cell))]
            }
          }
        }
      },
      plugins: [{id: 'drag', afterDraw: drawn => this.drawDrag(drawn)}]
    });
    chart.panel = panel;
    this.listen(chart, canvas);
    return chart;
  }

  /** Says the exact value of a point below the first chart. */
  say(point) {
    if (!point) {
      this.readout.replaceChildren(
          matchMedia('(pointer: coarse)').matches ?
              'Touch a line for its values; the buttons zoom.' :
              'Drag over a stretch to zoom; double-click shows all. Keys: arrows, + − 0.');
      return;
    }
    this.readout.replaceChildren(
        make('b', {}, `step ${point.step}`),
        ` ${point.mark ? point.mark.name : titles[point.column]} `, make('b', {}, point.text),
        ` ${labelOf(point.cell)}`);
  }

  // Zoom, in steps; what is up is fitted to what is shown unless a box says otherwise.

  range() {
    const [first, last, low, high] = this.zoom().split(',').map(Number);
    const steps = this.drawn.flatMap(
        cell => [cells[cell].trace.loss?.step[0] ?? 0, cells[cell].trace.loss?.step.at(-1) ?? 1]);
    const all = [steps.reduce((a, b) => Math.min(a, b)), steps.reduce((a, b) => Math.max(a, b))];
    const zoomed = Number.isFinite(first) && last > first;
    return {
      all,
      zoomed,
      x: zoomed ? [first, last] : all,
      y: zoomed && high > low ? [low, high] : null
    };
  }

  applyZoom() {
    const {x, y, zoomed} = this.range();
    this.reset.disabled = !zoomed;
    const [first, last] = x.map(onAxis);
    this.charts.forEach((chart, i) => {
      let low = Infinity, high = -Infinity;
      for (const {kind, data: points} of chart.data.datasets) {
        if (kind !== 'line') continue;
        points.forEach((point, k) => {
          // A line that only passes through counts by its points on either side.
          const shown =
              point.x >= first && point.x <= last || points[k + 1]?.x > first && point.x < first;
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
        if (dataset.kind !== 'lost') continue;
        for (const point of dataset.data)
          point.y = /^-?(inf|nan)/.test(point.text) ? scales.y.max : scales.y.min;
      }
      chart.update('none');
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
    if (last - first >= ends[1] - ends[0]) return this.zoomTo('');
    const steps =
        [Math.max(first, ends[0]), Math.min(last, ends[1])].map(x => Math.round(fromAxis(x)));
    if (steps[1] > steps[0]) this.zoomTo(steps.join(','));
  }

  drawDrag(chart) {
    if (this.drag?.chart !== chart) return;
    const {from, to, tall} = this.drag, area = chart.chartArea, context = chart.ctx;
    const top = tall ? Math.min(from.y, to.y) : area.top,
          height = tall ? Math.abs(to.y - from.y) : area.bottom - area.top;
    context.save();
    context.fillStyle = isDark() ? '#7fb2ef33' : '#1b4f9c22';
    context.strokeStyle = isDark() ? '#7fb2ef' : '#1b4f9c';
    context.fillRect(Math.min(from.x, to.x), top, Math.abs(to.x - from.x), height);
    context.strokeRect(Math.min(from.x, to.x), top, Math.abs(to.x - from.x), height);
    context.restore();
  }

  listen(chart, canvas) {
    const place = event => {
      const box = canvas.getBoundingClientRect(), area = chart.chartArea;
      return {
        x: Math.max(area.left, Math.min(area.right, event.clientX - box.left)),
        y: Math.max(area.top, Math.min(area.bottom, event.clientY - box.top))
      };
    };
    // A finger scrolls the page; it has the buttons.
    canvas.addEventListener('pointerdown', event => {
      if (event.pointerType === 'touch' || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      const from = place(event);
      this.drag = {chart, from, to: from, tall: false};
    });
    canvas.addEventListener('pointermove', event => {
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
      if (event.type === 'pointercancel' || Math.abs(to.x - from.x) < 8) return;
      const value = (axis, pixel) => chart.scales[axis].getValueForPixel(pixel);
      const steps = [from.x, to.x].map(x => fromAxis(value('x', x))).sort((a, b) => a - b);
      const box = [Math.floor(steps[0]), Math.ceil(steps[1])];
      if (tall)
        box.push(
            ...[from.y, to.y].map(y => Number(value('y', y).toFixed(3))).sort((a, b) => a - b));
      this.zoomTo(box.join(','));
    };
    canvas.addEventListener('pointerup', end);
    canvas.addEventListener('pointercancel', end);
    canvas.addEventListener('dblclick', () => this.zoomTo(''));
    canvas.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const turns = {
        '+': () => this.scaleBy(0.5),
        '=': () => this.scaleBy(0.5),
        '-': () => this.scaleBy(2),
        '0': () => this.zoomTo(''),
        ArrowRight: () => event.shiftKey ? this.pan(0.25) : this.walk(chart, 0, 1),
        ArrowLeft: () => event.shiftKey ? this.pan(-0.25) : this.walk(chart, 0, -1),
        ArrowUp: () => this.walk(chart, -1, 0),
        ArrowDown: () => this.walk(chart, 1, 0)
      };
      if (!turns[event.key]) return;
      event.preventDefault();
      turns[event.key]();
    });
  }

  /** To the next point or line by the keyboard. */
  walk(chart, lines, points) {
    const indices = chart.data.datasets.map((dataset, i) => i)
                        .filter(i => chart.data.datasets[i].kind === 'line');
    const active = chart.getActiveElements()[0];
    let at = Math.max(0, indices.indexOf(active?.datasetIndex ?? indices[0]));
    at = (at + lines + indices.length) % indices.length;
    const line = chart.data.datasets[indices[at]].data;
    const {min, max} = chart.scales.x;
    const shown =
        line.map((_, i) => i)
            .filter(i => line[i].x >= min && line[i].x <= max && !Number.isNaN(line[i].y));
    if (!shown.length) return;
    const old =
        active ? chart.data.datasets[active.datasetIndex].data[active.index].x : line[shown[0]].x;
    let next = shown.findIndex(i => line[i].x >= old);
    if (next < 0) next = shown.length - 1;
    if (active) next = Math.max(0, Math.min(shown.length - 1, next + points));
    const element = {datasetIndex: indices[at], index: shown[next]};
    chart.setActiveElements([element]);
    const pixel = chart.getDatasetMeta(element.datasetIndex).data[element.index];
    chart.tooltip.setActiveElements([element], {x: pixel.x, y: pixel.y});
    chart.update('none');
    this.say(pointAt(chart, element));
  }
}

const pointAt = (chart, element) => chart.data.datasets[element.datasetIndex].data[element.index];

const studyCharts = new Charts(by('charts'), () => state.zoom, text => {
  state.zoom = text;
  writeAddress();
});
let cellZoom = '';
const cellCharts = new Charts(by('cell-charts'), () => cellZoom, text => {
  cellZoom = text;
});
