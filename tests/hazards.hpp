// SPDX-License-Identifier: BSL-1.0
#pragma once

// Hazards of a cell, and its rule at work on a few parameters.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/format/wide_rounder.hpp"
#include "ulpscope/study/hazard.hpp"
#include "ulpscope/study/rule_run.hpp"

namespace ulpscope {
// Compiled in src/study/train_<name>.cpp.
extern template std::unique_ptr<Rule<double>> make_rule<double>(const Cell&, const Layout&,
                                                                const RoleFormats&);
extern template std::unique_ptr<Rule<Dec100>> make_rule<Dec100>(const Cell&, const Layout&,
                                                                const RoleFormats&);
}  // namespace ulpscope

namespace ulpscope::test {

using W = Dec100;

/// A cell whose rule computes in dec100, which has the numbers of every format.
inline Cell wide_cell(const std::string& rule, const std::string& precision) {
  return cell_of("steps = 10000\n[rule]\n" + rule +
                 "\n[precision]\nrule_arithmetic = \"dec100\"\n" + precision + "\n");
}

inline std::string in(const std::string& role, const std::string& format,
                      const std::string& more = "") {
  return role + " = { format = \"" + format + "\"" + more + " }";
}

inline const Finding& find(const std::vector<Finding>& all, std::string_view name) {
  for (const Finding& found : all) {
    if (found.name == name) return found;
  }
  throw std::runtime_error("no hazard " + std::string(name));
}

inline bool present(const Cell& cell, std::string_view name, const Magnitudes& magnitudes = {}) {
  return find(hazards_of(cell, magnitudes), name).present;
}

inline std::string text_of(const Finding& found, std::string_view name) {
  for (const Border& border : found.borders) {
    if (border.name == name) return border.value;
  }
  return "";
}

/// A border as a number; four digits.
inline W number(const std::string& text) {
  if (text.rfind("2^", 0) == 0) return ldexp(W(1), std::stoi(text.substr(2)));
  return from_decimal<W>(Decimal(text));
}

/// Digits enough for everything here, in a form that study files take.
inline std::string digits(const W& x) { return x.str(120, std::ios::scientific); }

inline W power(std::int64_t exponent) { return ldexp(W(1), static_cast<int>(exponent)); }

inline W smallest(const Format& format) {
  return power(format.subnormals == Subnormals::kept ? format.emin - format.p + 1 : format.emin);
}

/// A cell's rule at work on a few parameters.
template <class T>
struct Bench {
  std::unique_ptr<Rule<T>> rule;
  std::vector<T> w, g;
  std::uint64_t t = 0;

  Bench(const Cell& cell, std::vector<T> start)
      : rule(make_rule<T>(cell, Layout(start.size()), precision_of(cell).rule)),
        w(std::move(start)),
        g(w.size(), T(0)) {}

  std::span<T> v() {
    for (const State<T>& state : rule->states()) {
      if (state.name == "second_moment") return state.values;
    }
    throw std::runtime_error("no second moment");
  }
  void step(const T& gradient) {
    std::fill(g.begin(), g.end(), gradient);
    rule->step(++t, w, g);
  }
};

template <class F>
void for_each_format(F&& f) {
  for (const NamedFormat& named : formats()) {
    INFO(named.name);
    f(named.name, named.format);
  }
}

/// A power of two as a decimal number in a study file: as far as exponents go there.
inline bool can_be_written(std::int64_t exponent) { return exponent > -300 && exponent < 300; }

}  // namespace ulpscope::test
