// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/round_bits.hpp"
