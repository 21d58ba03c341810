#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Breaks lines of the core one at a time, and says which test notices first.

All of mutants.toml is compiled into one build, in build/mutation: each line as a choice between what
it was and what it is broken to, made by a number in the environment. Arguments behind -- are cmake's.

Exit codes: 0 all were noticed; 1 some survived; 2 the list does not fit the sources, or a test fails
without a mutant.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import html
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/mutation"
TREE = BUILD / "tree"
OUT = BUILD / "out"
TEMP = BUILD / "temp"

# In constant expressions a line stays as it was.
SWITCH = """#pragma once
#include <cstdlib>
#include <type_traits>
inline const int ulpscope_mutant = [] {
  const char* const number = std::getenv("ULPSCOPE_MUTANT");
  return number ? std::atoi(number) : 0;
}();
constexpr bool ulpscope_mutated(int number) {
  return !std::is_constant_evaluated() && ulpscope_mutant == number;
}
"""


class Failure(Exception):
    """What keeps the check from being one."""


def place_of(mutant, text):
    """Where in its file the original begins."""
    around = mutant.get("within", mutant["original"])
    for part, whole in [(around, text), (mutant["original"], around)]:
        if whole.count(part) != 1:
            raise Failure(f"{mutant['name']}: in {mutant['file']} stands {whole.count(part)} times, "
                          f"expected once:\n{part}")
    return text.index(around) + around.index(mutant["original"])


def read_mutants():
    with open(ROOT / "tests/mutation/mutants.toml", "rb") as file:
        mutants = tomllib.load(file)["mutant"]
    for number, mutant in enumerate(mutants, 1):
        text = (ROOT / mutant["file"]).read_text()
        mutant["number"] = number
        mutant["at"] = place_of(mutant, text)
        mutant["line"] = text.count("\n", 0, mutant["at"]) + 1
        if not (ROOT / f"tests/{mutant['test']}.cpp").exists():
            raise Failure(f"{mutant['name']}: no tests/{mutant['test']}.cpp")
    if len({mutant["name"] for mutant in mutants}) < len(mutants):
        raise Failure("two mutants have the same name")
    return mutants


def choice(mutant):
    original, broken = mutant["original"], mutant["broken"]
    mutated = f"ulpscope_mutated({mutant['number']})"
    if original.endswith(";"):
        return f"{{ if ({mutated}) {{ {broken} }} else {{ {original} }} }}"
    return f"({mutated} ? ({broken}) : ({original}))"


def with_choices(text, mutants):
    end = len(text)
    for mutant in sorted(mutants, key=lambda one: one["at"], reverse=True):
        behind = mutant["at"] + len(mutant["original"])
        if behind > end:
            raise Failure(f"{mutant['name']}: overlaps another one")
        end = mutant["at"]
        text = text[:end] + choice(mutant) + text[behind:]
    return '#include "ulpscope_mutant.hpp"\n' + text


def write_tree(mutants):
    """The sources with all mutants. A file that stays as it is keeps its time, so that what was built
    of it does, too."""
    of_file = collections.defaultdict(list)
    for mutant in mutants:
        of_file[mutant["file"]].append(mutant)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    files = {"include/ulpscope_mutant.hpp": SWITCH.encode()}
    for name in listed.stdout.decode().rstrip("\0").split("\0"):
        files[name] = (ROOT / name).read_bytes()
        if name in of_file:
            files[name] = with_choices(files[name].decode(), of_file[name]).encode()
    for old in TREE.rglob("*"):
        if old.is_file() and str(old.relative_to(TREE)) not in files:
            old.unlink()
    for name, content in files.items():
        path = TREE / name
        if path.exists() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if (ROOT / name).exists():
            shutil.copymode(ROOT / name, path)


def build(cmake_arguments):
    # Little is optimized: most of the time goes into compiling.
    configure = ["cmake", "-S", TREE, "-B", OUT, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                 "-DCMAKE_CXX_FLAGS_RELEASE=-O1", "-DULPSCOPE_TESTS=ON",
                 "-DULPSCOPE_HAVE_MARCH_NATIVE=OFF"]
    if shutil.which("clang++") and "CXX" not in os.environ:
        configure.append("-DCMAKE_CXX_COMPILER=clang++")  # it takes half of g++'s time
    boost = ROOT / "build/boost/usr/include"
    if boost.exists():
        configure += [f"-DBOOST_INCLUDEDIR={boost}", "-DBoost_NO_SYSTEM_PATHS=ON"]
    subprocess.run(configure + cmake_arguments, check=True, stdout=sys.stderr)
    subprocess.run(["cmake", "--build", OUT, "--target", "ulpscope_tests"], check=True,
                   stdout=sys.stderr)


def run_file(file, number, limit=None):
    """Runs a file of tests until a case fails: its name, or nothing, and the seconds that it took."""
    command = [OUT / "tests/ulpscope_tests", "--abort", "--reporter", "xml", "--filenames-as-tags",
               f"[#{file}]~[.]"]
    environment = os.environ | {"ULPSCOPE_MUTANT": str(number), "TMPDIR": str(TEMP)}
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    how = ""
    try:
        out = process.communicate(timeout=limit)[0]
        if process.returncode < 0:
            how = f" ({signal.Signals(-process.returncode).name})"
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the programs that it runs, too
        out = process.communicate()[0]
        how = " (does not end)"
    seconds = time.monotonic() - start
    if process.returncode == 0:
        return None, seconds
    cases = re.findall(r'<TestCase name="([^"]*)"', out.decode(errors="replace"))
    case = html.unescape(cases[-1]) if cases else "no test case"
    return f"{file}: {case}{how}", seconds


class Suite:
    """All files of tests, and the seconds that each takes without a mutant."""

    def __init__(self):
        # What the sources say of themselves, they do not say with the choices in them.
        self.files = sorted({path.stem for path in ROOT.glob("tests/*_test.cpp")} - {"source_test"})
        self.seconds = {}
        self.locks = {file: threading.Lock() for file in self.files}

    def unmutated(self, file):
        with self.locks[file]:
            if file not in self.seconds:
                failure, self.seconds[file] = run_file(file, 0)
                if failure:
                    raise Failure(f"fails without a mutant: {failure}")
        return self.seconds[file]

    def noticed_by(self, mutant):
        """The test case that fails first, or nothing, and the seconds until then."""
        others = sorted(set(self.files) - {mutant["test"]},
                        key=lambda file: (self.seconds.get(file, 0), file))
        spent = 0
        for file in [mutant["test"], *others]:
            limit = 60 + 10 * self.unmutated(file)
            failure, seconds = run_file(file, mutant["number"], limit)
            spent += seconds
            if failure:
                return failure, spent
        return None, spent


def check(chosen, whole, jobs):
    """Runs the tests against each mutant; returns how many survived."""
    suite = Suite()
    survivors = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        try:
            if whole:
                start = time.monotonic()
                list(pool.map(suite.unmutated, suite.files))
                print(f"without a mutant: all pass, {time.monotonic() - start:.0f} s", flush=True)
            for one, (failure, seconds) in zip(chosen, pool.map(suite.noticed_by, chosen)):
                survivors += failure is None
                print(f"{one['name']}  {one['file']}:{one['line']}  {seconds:.1f} s\n"
                      f"    {failure or 'SURVIVES'}", flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return survivors


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="show the mutants, and end")
    parser.add_argument("--only", metavar="NAME", action="append",
                        help="the mutant of this name; * stands for any text")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at a time")
    parser.add_argument("cmake", nargs="*", help="further arguments of cmake, behind --")
    options = parser.parse_args()

    mutants = read_mutants()
    names = options.only or ["*"]
    chosen = [one for one in mutants if any(fnmatch.fnmatch(one["name"], name) for name in names)]
    if not chosen:
        raise Failure("no mutant has that name; --list shows all")
    if options.list:
        for one in chosen:
            print(f"{one['name']}  {one['file']}:{one['line']}")
        return 0
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    flags = cpuinfo.read_text().split() if cpuinfo.exists() else []
    for one in [one for one in chosen if "needs" in one and one["needs"] not in flags]:
        print(f"{one['name']}: not run, as this processor has no {one['needs']}")
        chosen.remove(one)

    write_tree(mutants)
    build(options.cmake)
    TEMP.mkdir(exist_ok=True)
    survivors = check(chosen, not options.only, options.jobs)
    shutil.rmtree(TEMP)
    print(f"survivors: {survivors} of {len(chosen)}")
    return 1 if survivors else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, OSError, subprocess.CalledProcessError) as error:
        print(f"check.py: {error}", file=sys.stderr)
        sys.exit(2)
