#!/usr/bin/env bash
# The program and the core as a user gets them: installed, moved elsewhere, found by a program with
# a number type and a rule of its own, and unpacked from a Debian package. Needs no root.
# Called as: install_test.sh BUILD COMPILER [BOOST], the folder of the build, and that of Boost's
# headers where they are not the system's.
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail
export LC_ALL=C.UTF-8
exec </dev/null

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(realpath "$1")
compiler=$2
boost=()
if [[ ${3-} ]]; then boost=("-DBOOST_INCLUDEDIR=$3" -DBoost_NO_SYSTEM_PATHS=ON); fi

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
cd "$temp"

# A program that is there by itself: its studies, data files included, and a run.
check_program() {
  local ulpscope=$1 share
  share=$(realpath "$(dirname "$1")/../share/ulpscope/studies")
  "$ulpscope" --version >version
  grep -q '^ulpscope [0-9]' version || fail "--version of $ulpscope"
  "$ulpscope" list studies >listed
  cmp <(sed 's/\.toml .*/.toml/' listed) <(printf '%s\n' "$share"/*.toml) || fail "list studies"
  (($(wc -l <listed) == $(ls "$source"/studies/*.toml | wc -l))) || fail "not all studies"
  "$ulpscope" run founding --only precision.arithmetic=binary32 --set study.steps=50 --out founding
  "$ulpscope" table founding >table
  grep -q '| adam ' table || fail "the founding study's table"
  "$ulpscope" run "$share/state-formats-cancer.toml" --only 'precision.second_moment=bfloat16,data.seed=1' \
    --set study.steps=2 --out cancer
  "$ulpscope" plan founding --only precision.arithmetic=binary64 >planned
  grep -q binary64 planned || fail "plan"
  local status=0
  "$ulpscope" run fouding 2>message || status=$?
  ((status == 2)) && grep -q 'did you mean "founding"' message || fail "a study that is none"
  rm -rf founding cancer
}

echo "== cmake --install, then moved"
cmake --install "$build" --prefix "$temp/first" >installed
mkdir opt
mv first opt/ulpscope
prefix=$temp/opt/ulpscope
for path in "$source" "$build" "$temp/first"; do
  if grep -rlF "$path/" "$prefix"; then fail "$path is in these files"; fi
done
check_program "$prefix/bin/ulpscope"

echo "== headers include no others than installed ones"
(cd "$prefix/include" && find ulpscope -name '*.hpp' | sort) >headers
sed -n 's/^# *include "\(ulpscope.*\)"/\1/p' "$prefix"/include/ulpscope/*/*.hpp | sort -u >included
[[ -s included && -z $(comm -23 included headers) ]] || fail "$(comm -23 included headers)"

echo "== a program of one's own"
cmake -S "$source/tests/install/foreign" -B own -G Ninja "-DCMAKE_CXX_COMPILER=$compiler" \
  "-DCMAKE_PREFIX_PATH=$prefix" "${boost[@]}" >configured
grep -q "^ulpscope_DIR:PATH=$prefix" own/CMakeCache.txt || fail "another ulpscope was found"
cmake --build own --verbose >built || { cat built; fail "it does not compile"; }
grep -q -e '-ffp-contract=off' built || fail "numbers depend on flags that did not come along"
own/own
sed 's/ulpscope CONFIG/ulpscope 99 CONFIG/' "$source/tests/install/foreign/CMakeLists.txt" \
  >CMakeLists.txt
if cmake -S . -B later "-DCMAKE_CXX_COMPILER=$compiler" "-DCMAKE_PREFIX_PATH=$prefix" \
  "${boost[@]}" &>configured; then
  fail "release 99 was found"
fi

echo "== a Debian package, unpacked"
cpack -G DEB -B packages --config "$build/CPackConfig.cmake" >packed || { cat packed; exit 1; }
package=$(ls packages/*.deb)
[[ $package == packages/ulpscope_[0-9]*_*.deb ]] || fail "$package"
dpkg-deb -c "$package" | awk '{print $NF}' >contents
for file in bin/ulpscope share/ulpscope/studies/founding.toml \
  share/ulpscope/studies/data/digits.csv include/ulpscope/rule/adam.hpp lib/libulpscope.a \
  lib/cmake/ulpscope/ulpscopeConfig.cmake share/doc/ulpscope/copyright \
  share/doc/ulpscope/README.md share/doc/ulpscope/CHANGELOG.md; do
  grep -qx "./usr/$file" contents || fail "$file is not in the package"
done
if grep -v '^\./usr/\|^\./$' contents; then fail "files outside of /usr"; fi
if grep 'include/ulpscope/\(study\|store\|report\)' contents; then fail "more than the core"; fi
dpkg-deb -I "$package" | tee control
grep -q '^ Package: ulpscope$' control
grep -q '^ Depends: .*libc6 .*libfmt.*libmd0.*libqpdf.*libstdc++6' control || fail "Depends"
grep -q '^ Recommends: .*gnuplot' control || fail "Recommends"
dpkg -x "$package" unpacked
check_program "$temp/unpacked/usr/bin/ulpscope"
if grep -rlF -e "$source/" -e "$build/" -e "$temp/" unpacked; then fail "a path of this machine"; fi
echo "== all of it works"
