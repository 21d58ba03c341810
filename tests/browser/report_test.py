#!/usr/bin/env python3
# The page that `ulpscope report` writes, in a real browser:
#   report_test.py PROGRAM [FOLDER for screenshots]
# Ends with 77 where there is no Chromium to drive.
# SPDX-License-Identifier: BSL-1.0
import csv
import hashlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import webdriver

TITLE = "<script>document.title = 'run'</script> & </script><b>\"bold\"</b> 'it'"
STUDY = """[study]
name = "page"
title = '''%s'''
steps = 800
[data]
samples = 8
features = 24
[rule]
lr = 1e-2
[record]
every = 5
probes = ["moments", "sharpness"]
[sweep]
"precision.arithmetic" = ["binary32", "binary64", "dec50"]
"rule.lr" = [1e-2, 3e-2]
[[table]]
rows = ["precision.arithmetic", "rule.lr"]
columns = ["floor", "verdict"]
caption = "<i>caption</i> & more"
[[figure]]
by = ["precision.arithmetic", "rule.lr"]
"""

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
    print(("ok    " if holds else "FAILS ") + what)


def command(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{arguments}: {done.returncode}\n{done.stderr}")
    return done.stdout.strip()


def large_study(folder, cells=1000, rows=2000):
    """Results as a run leaves them, of numbers out of a generator with a seed."""
    random.seed(1)
    lrs, seeds = [f"{k}e-4" for k in range(1, 21)], range(1, cells // 20 + 1)
    (folder / "cells").mkdir(parents=True)
    (folder / "study.toml").write_text(
        '[study]\nname = "large"\ntitle = "A large study"\nsteps = %d\n[record]\nevery = 1\n[sweep]\n"rule.lr" = [%s]\n"data.seed" = [%s]\n'
        % (rows, ", ".join(lrs), ", ".join(map(str, seeds))))
    with open(folder / "summary.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow("id rule.lr data.seed converged floor floor_step onset crossing peak tail verdict verdict_step stopped status".split())
        for number in range(cells):
            name = f"{number:016x}"
            lr, seed = lrs[number // len(seeds)], seeds[number % len(seeds)]
            onset = random.randrange(900, 1900)
            relapsed = random.random() < 0.6
            lines, log = ["step,loss"], 2.0
            for step in range(rows):
                log = max(-28, log - 0.05 * random.random()) if not relapsed or step < onset else min(-3, log + 0.3 * random.random())
                lines.append(f"{step},{10 ** (log + 0.5 * random.random()):.16e}")
            (folder / "cells" / name).mkdir()
            (folder / "cells" / name / "trace.csv").write_text("\n".join(lines) + "\n")
            (folder / "cells" / name / "cell.toml").write_text(f'[study]\nname = "{name}"\nsteps = {rows}\n[rule]\nlr = {lr}\n')
            (folder / "cells" / name / "final.csv").write_text(
                "role,index,value\n" + "".join(f"parameters,{i},{random.random().hex()}\n" for i in range(50)))
            with open(folder / "cells" / name / "done", "w") as done:
                for part in ("cell.toml", "trace.csv", "final.csv"):
                    digest = hashlib.sha256((folder / "cells" / name / part).read_bytes()).hexdigest()
                    done.write(f"{digest}  {part}\n")
            out.writerow([name, lr, seed, 400, f"{10 ** -(20 + 8 * random.random()):.16e}", 800, onset if relapsed else "", "", "", "1e-20",
                          "relapsed" if relapsed else "stable", 0, "", "done"])


def errors(browser):
    return [entry["message"] for entry in browser.log() if entry["level"] in ("SEVERE", "WARNING")]


RANGE = "const s = Chart.getChart(document.querySelector('#charts canvas')).scales.x; return [s.min, s.max]"
LINES = "return Chart.getChart(document.querySelector('#charts canvas')).data.datasets.filter(d => d.kind === 'line').length"
SHADE = "const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number); return r + g + b"
PIXELS = """const c = document.querySelector('#charts canvas');
const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
let drawn = 0;
for (let i = 3; i < p.length; i += 4) drawn += p[i] > 0;
return drawn"""


def test_small(browser, page, shots):
    url = page.as_uri()
    browser.open(url)
    check(not errors(browser), "no error in the console")
    check(browser.run("return document.querySelector('#overview h1').textContent") == TITLE, "a title of script tags is text")
    check(browser.run("return document.title") == TITLE, "also as the page's title")
    check(browser.run("return document.querySelectorAll('script').length") == 3, "no script but the page's own")
    check(browser.run("return document.querySelector('#reports caption').textContent") == "<i>caption</i> & more", "a caption is text")
    check(browser.run("return document.querySelector('#reports img').naturalWidth") > 0, "the figure is shown")
    check(browser.run("return performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length") == 0, "nothing is loaded besides")
    check(browser.run(LINES) == 6, "six lines")
    check(browser.run(PIXELS) > 1000, "the canvas is drawn on")
    check(browser.run("return document.querySelectorAll('#charts canvas').length") == 3, "sharpness and second moment have charts")
    if shots:
        browser.screenshot(f"{shots}/small-light.png", True)

    browser.run("document.querySelector('input[name=\"precision.arithmetic\"][value=dec50]').focus()")
    browser.press(" ")
    check(browser.run(LINES) == 2, "the keyboard chooses cells by a key")
    check("only.precision.arithmetic=dec50" in browser.url(), "the address has the choice")
    before = browser.run(RANGE)
    browser.run("document.querySelector('#charts').scrollIntoView()")
    browser.drag("#charts canvas", (-0.2, 0), (0.2, 0.02))
    zoomed = browser.run(RANGE)
    check(before[0] < zoomed[0] < zoomed[1] < before[1], "a drag zooms")
    check("zoom=" in browser.url(), "the address has the zoom")
    browser.reload()
    check(browser.run(LINES) == 2 and browser.run(RANGE) == zoomed, "the address restores both")
    check(browser.run("return document.querySelector('input[value=dec50]').checked"), "and the boxes")

    browser.drag("#charts canvas", (0, 0), (0, 0))
    exact = browser.run("return document.querySelector('#charts .readout').textContent")
    check("dec50" in exact and "step" in exact, "hovering says the exact value")
    browser.run("document.querySelector('#charts canvas').focus()")
    browser.press("Right", "Right")
    walked = browser.run("return document.querySelector('#charts .readout b + b').textContent")
    trace_texts = browser.run("return JSON.parse(document.getElementById('data').textContent).cells.flatMap(c => c.trace.loss.text.split(' '))")
    check(walked in trace_texts and len(walked) > 50, "the arrow keys do so, too")
    browser.press("0")
    check(browser.run(RANGE) == before, "0 shows all steps")
    browser.press("+")
    check(browser.run(RANGE) != before, "+ zooms")
    browser.run("const s = document.querySelector('#steps'); s.value = 'log'; s.dispatchEvent(new Event('change'))")
    check("steps=log" in browser.url() and browser.run(RANGE)[1] < 10, "steps on a logarithmic axis")

    browser.open("about:blank")
    browser.open(url)
    browser.click("#map-boxes td button")
    check(browser.run("return !document.querySelector('#cell').hidden"), "a click on the heat map opens a cell")
    check("cell=" in browser.url(), "the address has the cell")
    opened = browser.run("return document.querySelector('#cell-title').textContent")
    check(browser.run("return document.querySelector('#cell-toml').textContent.includes('[study]')"), "with its description")
    check(browser.run("return document.querySelectorAll('#cell-final tbody tr').length") >= 3, "and its final states")
    browser.reload()
    check(browser.run("return document.querySelector('#cell-title').textContent") == opened, "the address opens it again")
    if shots:
        browser.screenshot(f"{shots}/small-cell.png", True)
    browser.press("]")
    check(browser.run("return document.querySelector('#cell-title').textContent") != opened, "] goes to the next")
    browser.press("Escape")
    check(browser.run("return document.querySelector('#cell').hidden"), "Escape closes it")
    browser.run("document.querySelector('#map-boxes td button').focus()")
    browser.press("Right", "Enter")
    check(browser.run("return !document.querySelector('#cell').hidden"), "arrows and Enter open one")
    browser.run("history.back()")
    browser.run("return new Promise(done => setTimeout(done, 300))")
    check(browser.run("return document.querySelector('#cell').hidden"), "Back closes it")

    pdf = browser.pdf()
    check(pdf.startswith(b"%PDF") and len(pdf) > 20000, "prints to PDF")
    if shots:
        pathlib.Path(shots, "small.pdf").write_bytes(pdf)
    check(browser.run(SHADE) > 600, "light at first")
    browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    check(browser.run(SHADE) < 200, "dark as the system is")
    if shots:
        browser.screenshot(f"{shots}/small-dark.png", True)
    browser.click("#theme")
    check(browser.run(SHADE) > 600, "light by the button")
    browser.reload()
    check(browser.run(SHADE) > 600, "and after a reload")
    browser.devtools("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)
    browser.reload()
    wide = "return document.documentElement.scrollWidth"
    check(browser.run(wide) == 390, "no scrolling sideways at 390 pixels")
    if shots:
        browser.screenshot(f"{shots}/small-phone.png", True)
    browser.click("#rows tbody a")
    check(browser.run(wide) == 390, "nor on a cell's page")
    if shots:
        browser.screenshot(f"{shots}/small-phone-cell.png", True)
    browser.devtools("Emulation.clearDeviceMetricsOverride")
    browser.devtools("Emulation.setEmulatedMedia", features=[])
    check(not errors(browser), "no error in the console at the end")


def test_clone(browser, page):
    browser.open(page.as_uri())
    note = browser.run("return document.querySelector('#overview .note').textContent")
    check("not at hand" in note, "a clone's page says that there are no traces")
    check(browser.run("return document.querySelectorAll('#map-boxes td button').length") == 6, "but has the heat map")
    browser.click("#map-boxes td button")
    check(browser.run("return document.querySelector('#cell-metrics').textContent.includes('verdict')"), "and metrics")
    check(browser.run("return document.querySelector('#cell-toml').textContent.includes('[study]')"), "and descriptions")
    check(not errors(browser), "and no error in the console")


def test_large(browser, page, shots):
    browser.open(page.as_uri())
    time = browser.run("const n = performance.getEntriesByType('navigation')[0]; return n.loadEventEnd")
    size = page.stat().st_size / 1e6
    print(f"1000 cells of 2000 steps: {size:.1f} MB, loaded in {time / 1000:.2f} s")
    check(size < 10, "a page of 1000 cells has less than 10 MB")
    check(0 < time < 30000, "and loads in less than half a minute")  # 3 s are meant; machines may be busy
    check(browser.run("return document.querySelectorAll('#map-boxes td button').length") == 1000, "its heat map has 1000 boxes")
    if shots:
        browser.screenshot(f"{shots}/large.png", True)
    check(not errors(browser), "and no error in the console")


def main(program, shots=None):
    absent = webdriver.missing()
    if absent:
        print("skipped: there is no " + " and no ".join(absent))
        return 77
    with tempfile.TemporaryDirectory(prefix="ulpscope-test-") as name:
        folder = pathlib.Path(name)
        (folder / "page.toml").write_text(STUDY % TITLE)
        results = folder / "results"
        command(program, "run", folder / "page.toml", "--out", results)
        page = pathlib.Path(command(program, "report", results))
        clone = folder / "clone.html"
        os.rename(results / "cells", folder / "cells")
        command(program, "report", results, "--out", clone)
        large_study(folder / "large")
        large = pathlib.Path(command(program, "report", folder / "large"))
        with webdriver.Browser() as browser:
            test_small(browser, page, shots)
            test_clone(browser, clone)
            test_large(browser, large, shots)
    if failures:
        print(f"{len(failures)} checks failed: " + "; ".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
