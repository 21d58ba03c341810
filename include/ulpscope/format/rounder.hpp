// SPDX-License-Identifier: BSL-1.0
#pragma once

// Rounder<T> for every arithmetic.
#include "ulpscope/format/native_rounder.hpp"
#include "ulpscope/format/soft_rounder.hpp"
#include "ulpscope/format/wide_rounder.hpp"
