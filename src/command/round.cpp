// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <iostream>

#include "commands.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace {

template <class Row>
const Row& row_named(const std::string& what, const std::string& name, const Row* rows,
                     std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    if (rows[i].name == name) return rows[i];
    names.emplace_back(rows[i].name);
  }
  throw InputError({"round", 0}, "",
                   "\"" + name + "\": unknown " + what + "; expected one of " + one_of(names) +
                       suggestion(name, names) + "; for example ulpscope round binary32 0.1");
}

void show(const Place& place, const std::string& text, const Format& format, Mode mode, bool hex) {
  Fraction x;
  try {
    x = exact_value(text);
  } catch (const std::invalid_argument& error) {
    throw InputError(
        place, "", std::string(error.what()) + "; expected a number, for example 0.1 or 0x1.8p-3");
  }
  const Rounded rounded = exact_round(x, format, mode);
  if (hex) {
    fmt::print("{}\n", rounded.hex());
    return;
  }
  const int digits = static_cast<int>(std::ceil(1 + format.p * 0.30103));
  const Rounded inner = neighbour(rounded, format, -1);
  const Rounded outer = neighbour(rounded, format, +1);
  const auto line = [](const char* name, const std::string& value) {
    fmt::print("{:<16}{}\n", name, value);
  };
  line("value", text);
  line(format.name.c_str(), rounded.decimal(digits));
  line("hexadecimal", rounded.hex());
  const bool has_ulp = rounded.significand != 0 || format.subnormals;
  if (!rounded.infinite && has_ulp) line("ulp", Rounded{false, false, 1, rounded.exponent}.hex());
  line("relative error", relative_error(x, rounded));
  line("below", (rounded.negative ? outer : inner).hex());
  line("above", (rounded.negative ? inner : outer).hex());
}

}  // namespace

int round_command(const RoundOptions& options) {
  const Format& format = row_named("format", options.format, formats().data(), formats().size());
  const Mode mode = row_named("mode", options.mode, modes.data(), modes.size()).mode;
  if (!options.values.empty()) {
    for (std::size_t i = 0; i < options.values.size(); ++i) {
      if (i > 0 && !options.hex) fmt::print("\n");
      show({"round", 0}, options.values[i], format, mode, options.hex);
    }
    return exit_code::done;
  }
  Place place{"standard input", 0};
  for (std::string line; std::getline(std::cin, line);) {
    if (++place.line > 1 && !options.hex) fmt::print("\n");
    if (!line.empty() && line.back() == '\r') line.pop_back();
    show(place, line, format, mode, options.hex);
  }
  return exit_code::done;
}

}  // namespace ulpscope
