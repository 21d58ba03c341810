#!/usr/bin/env bash
# Builds ulpscope with its tests and runs them. Arguments go to ctest.
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

bash setup.sh test
cmake --preset dev
cmake --build --preset dev
ctest --preset dev --output-on-failure --no-tests=error "$@"
