// SPDX-License-Identifier: BSL-1.0
// All together: what is shown when, the theme, paper.

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
  if (was !== state.cell) cellZoom = '';
  showCell();
  showStudy();
  if (state.cell && was !== state.cell) {
    scrollTo(0, 0);
    by('cell').focus({preventScroll: true});
  } else if (was && !state.cell)
    scrollTo(0, scrolled);
}

function redraw() {
  by('theme').textContent = isDark() ? 'Light' : 'Dark';
  if (state.cell) showCell();
  showStudy();
}

const kept = 'ulpscope-theme';
try {  // storage may be closed to files
  const theme = localStorage.getItem(kept);
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
} catch { /* as the system has it */
}
by('theme').addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  try {
    localStorage.setItem(kept, root.dataset.theme);
  } catch { /* for this visit only */
  }
  redraw();
});
darkScheme.addEventListener('change', redraw);

// On paper charts are those of the light page.
let themeOnScreen = null;
addEventListener('beforeprint', () => {
  themeOnScreen = root.dataset.theme ?? '';
  root.dataset.theme = 'light';
  redraw();
  // About as wide as paper, so that their texts are as large as the page's.
  for (const chart of [...studyCharts.charts, ...cellCharts.charts])
    chart.resize(
        700, chart === studyCharts.charts[0] || chart === cellCharts.charts[0] ? 300 : 150);
});
addEventListener('afterprint', () => {
  if (themeOnScreen)
    root.dataset.theme = themeOnScreen;
  else
    delete root.dataset.theme;
  redraw();
});

// The address is what is chosen: links within the page only scroll.
for (const link of document.querySelectorAll('.top nav a, .skip')) {
  link.addEventListener('click', event => {
    event.preventDefault();
    const target = by(link.getAttribute('href').slice(1));
    if (state.cell) {
      scrolled = 0;
      state.cell = '';
      writeAddress();
      showCell();
      showStudy();
    }
    target.scrollIntoView();
    target.focus({preventScroll: true});
  });
}
for (const [id, name] of [
         ['colour', 'colour'], ['steps', 'steps'], ['lines', 'lines'], ['map-x', 'x'],
         ['map-y', 'y'], ['map-value', 'value']]) {
  by(id).addEventListener('change', event => choose({[name]: event.target.value}));
}
addEventListener('hashchange', showAddress);
makeFilters();
readAddress();
if (state.only.size) by('filters').open = true;
showCell();
redraw();
