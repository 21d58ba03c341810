// SPDX-License-Identifier: BSL-1.0
#pragma once

// The one place that includes fmt, which formats all output.
#include <fmt/format.h>
