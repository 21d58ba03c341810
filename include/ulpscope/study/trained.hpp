// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/study/cell_cost.hpp"
#include "ulpscope/study/train.hpp"

namespace ulpscope {

// NOLINTBEGIN(bugprone-macro-parentheses): these are no expressions
/// Instantiates all of this for T: once in a translation unit of its own, `extern` elsewhere, as
/// every arithmetic of a model meets every one of a rule.
#define ULPSCOPE_TRAIN(extern_or_not, T)                                                           \
  extern_or_not template std::unique_ptr<Rule<T>> make_rule<T>(const Cell&, const Layout&,         \
                                                               const RoleFormats&);                \
  extern_or_not template std::unique_ptr<RuleRun<T>> make_rule_run<T>(const Cell&, const Layout&,  \
                                                                      const Start&);               \
  extern_or_not template std::unique_ptr<RuleRun<T>> make_model_rule<T>(                           \
      const Cell&, const Layout&, const Start&);                                                   \
  extern_or_not template class Training<T>;                                                        \
  extern_or_not template LegEnd train<T>(const Cell&, Recorder&, const Control&, const Leg&,       \
                                         const std::optional<RunState>&);                          \
  extern_or_not template Metrics measure_literals<T>(const Cell&, const std::vector<std::string>&, \
                                                     const std::vector<std::uint64_t>&,            \
                                                     const Growths&);                              \
  extern_or_not template Cost cost<T>(const Cell&, const std::atomic<bool>&);                      \
  extern_or_not template bool can_share_inputs<T>(const Cell&);                                    \
  extern_or_not template Footprint footprint<T>(const Cell&);
// NOLINTEND(bugprone-macro-parentheses)

// Training in every arithmetic, compiled in src/study/train_<name>.cpp, and what several of them
// use, in train_shared.cpp: a program that links the library need not compile it again.
extern template class detail::NativeRounder<float>;
extern template class detail::NativeRounder<double>;
extern template Dec50 from_decimal<Dec50>(const Decimal&);
ULPSCOPE_TRAIN(extern, float)
ULPSCOPE_TRAIN(extern, double)
ULPSCOPE_TRAIN(extern, long double)
ULPSCOPE_TRAIN(extern, Quad)
ULPSCOPE_TRAIN(extern, Dec50)
ULPSCOPE_TRAIN(extern, Dec100)
ULPSCOPE_TRAIN(extern, Wide24)
ULPSCOPE_TRAIN(extern, Wide53)
ULPSCOPE_TRAIN(extern, Binary16)
ULPSCOPE_TRAIN(extern, BFloat16)
ULPSCOPE_TRAIN(extern, Tf32)
ULPSCOPE_TRAIN(extern, E5m2)
ULPSCOPE_TRAIN(extern, E4m3)

}  // namespace ulpscope
