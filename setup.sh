#!/usr/bin/env bash
# Installs, through apt, what ulpscope needs: ./setup.sh [build|test|ci|all], each including the
# one before. Installed packages stay as they are; with nothing missing, apt is not called at all.
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Level, package (any of a|b|c will do; the first gets installed), what it is for.
# Boost is the one that is not here: its package depends on the release, see below.
packages=(
  "build g++                  compiles the program, which is C++20"
  "build cmake                configures the build"
  "build ninja-build          runs the build, on all cores"
  "build pkg-config           finds the libraries that come without CMake files"
  "build libtomlplusplus-dev  toml++: reads the studies"
  "build libcli11-dev         CLI11: the command line"
  "build libeigen3-dev        Eigen: eigenvalues, for the probe of the sharpness"
  "build libfmt-dev           fmt: text, and numbers that read back the same"
  "build nlohmann-json3-dev   JSON: about the machine, the data of the page, --json"
  "build libqpdf-dev          qpdf: takes the time out of PDF figures"
  "build libmd-dev            libmd: SHA-256, the ids of cells and the checksums of results"
  "build libjs-chart.js       Chart.js: the charts of the report page, put into the program"
  "build gnuplot-nox|gnuplot-qt|gnuplot-x11  gnuplot: draws the figures"
  "test  catch2               Catch2: the framework of the tests"
  "test  libmpfr-dev          MPFR: independent arithmetic the tests compare with"
  "test  libbenchmark-dev     Google Benchmark: the speed measurements"
  "test  python3              drives the browser, breaks lines of the core, counts those that run"
  "test  dpkg-dev             dpkg-shlibdeps: the libraries that a Debian package depends on"
  "test  file                 finds the programs in it"
  "ci    git                  lists the sources whose layout is checked"
  "ci    clang                a second compiler, whose results must be the same"
  "ci    lld                  links sanitized programs, of 300 MB, in a fifth of the time"
  "ci    clang-format         checks the layout of the sources"
  "ci    libclang-rt-dev      clang's sanitizers; those of g++ come with it"
  "ci    chromium             the browser in which a report page is tested"
  "ci    chromium-driver      drives it"
  "ci    slurmctld            Slurm, under which a study is run"
  "ci    slurmd               its node"
  "ci    slurm-client         its commands"
  "ci    munge                its authentication"
  "all   clang-tidy           finds likely mistakes; for work on the sources"
  "all   llvm                 llvm-cov: which lines the tests run"
  "all   texlive-latex-recommended  LaTeX with booktabs: a test compiles tables and figures"
  "all   texlive-pictures     pgfplots, for the figures"
  "all   texlive-science      siunitx, for the tables"
  "all   texlive-latex-extra  standalone, for single figures"
)
boost_note="Boost headers, 1.81 or newer: number types of many digits"

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }
row() { printf '%-20s %s' "$1" "$2"; }

# All output goes to stderr: stdout belongs to the script that calls this one.
run() {
  say "$*"
  "$@" </dev/null >&2 || die "failed: $*"
}

installed() { dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

candidate() { LC_ALL=C apt-cache policy "$1" | sed -n 's/^ *Candidate: //p' | grep -vx '(none)'; }

have_boost() {
  local header version
  for header in {build/boost,}/usr/include/boost/version.hpp; do
    [[ -r $header ]] || continue
    version=$(sed -n 's/^#define BOOST_VERSION \([0-9]*\).*/\1/p' "$header")
    ((${version:-0} < 108100)) || return 0
  done
  return 1
}

# libboost-dev itself is empty: it stands for the release's own Boost, 1.74 in Debian 12.
boost_package() {
  local version
  version=$(candidate libboost-dev) || version=0
  if dpkg --compare-versions "$version" ge 1.81 && [[ $version =~ ^[0-9]+\.[0-9]+ ]]; then
    echo "libboost${BASH_REMATCH[0]}-dev"
  elif candidate libboost1.81-dev >/dev/null; then
    echo libboost1.81-dev
  fi
}

# CMake looks in build/boost first. The move comes last, so there is never half a Boost.
unpack_boost() {
  local root=$PWD
  mkdir -p build
  temp=$(mktemp -d "$root/build/boost.XXXXXX")
  trap 'rm -rf "$temp"' EXIT
  cd "$temp"
  run apt-get -o APT::Sandbox::User=root download "$1"
  run dpkg-deb -x "$1"_*.deb tree
  cd "$root"
  rm -rf build/boost
  mv "$temp/tree" build/boost
}

case ${1:-build} in
  build) levels=" build " ;;
  test) levels=" build test " ;;
  ci) levels=" build test ci " ;;
  all) levels=" build test ci all " ;;
  *) die "no level '$1'; there are build, test, ci and all" ;;
esac

missing=()
notes=()
for line in "${packages[@]}"; do
  read -r level names note <<<"$line"
  [[ $levels == *" $level "* ]] || continue
  for name in ${names//|/ }; do
    if installed "$name"; then continue 2; fi
  done
  missing+=("${names%%|*}")
  notes+=("$(row "${names%%|*}" "$note")")
done
need_boost=no
if ! have_boost; then
  need_boost=yes
  notes+=("$(row 'libboost*-dev' "$boost_note")")
fi
if ((${#notes[@]} == 0)); then exit 0; fi

say "missing:"
printf '  %s\n' "${notes[@]}" >&2
command -v apt-get >/dev/null || die "there is no apt here; install these by other means"

as_root=()
if ((EUID == 0)); then
  as_root=(env)
elif command -v sudo >/dev/null; then
  as_root=(sudo env)
fi
apt=(DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120)
install=(install -y --no-install-recommends --no-remove)

if ((${#as_root[@]})); then run "${as_root[@]}" "${apt[@]}" update; fi

boost_to_unpack=
if [[ $need_boost == yes ]]; then
  boost=$(boost_package)
  [[ -n $boost ]] || die "apt knows no Boost from 1.81 on; as root, run 'apt-get update', then this again"
  # A simulation, which fails where an installed package, such as an older Boost, had to go.
  if apt-get -s "${install[@]}" "$boost" &>/dev/null; then
    missing+=("$boost")
  else
    boost_to_unpack=$boost
  fi
fi

if ((${#missing[@]})); then
  ((${#as_root[@]})) || die "neither root nor sudo; as root, run: apt-get ${install[*]} ${missing[*]}"
  run "${as_root[@]}" "${apt[@]}" "${install[@]}" "${missing[@]}"
fi
if [[ -n $boost_to_unpack ]]; then
  say "$boost_to_unpack would replace installed packages, so it is only unpacked, to build/boost"
  unpack_boost "$boost_to_unpack"
fi
have_boost || die "there is still no Boost from 1.81 on"
