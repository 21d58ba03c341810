// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ulpscope/store/csv.hpp"

namespace ulpscope {

/// The losses of neighbouring steps: log10 of their extremes and of their median.
struct Bucket {
  double step;
  double low;
  double middle;
  double high;
};

/// A trace made small enough to draw, on a logarithmic axis, with no extreme lost.
struct Curve {
  std::vector<std::vector<Bucket>> pieces;  ///< the line breaks between them
  std::vector<double> zeros;      ///< steps with losses that are 0 or below, one a stretch of steps
  bool negative = false;          ///< some of these are below 0
  std::vector<Bucket> overflows;  ///< the last finite losses before ones that are not finite
  std::optional<double> overflow_at_start;  ///< the step of a loss not finite with none before it
  bool thinned = false;                     ///< some bucket holds several steps
  double first = 0;                         ///< the steps it spans
  double last = 0;
};

/// A step that a file has. Throws std::runtime_error that names the file on a text that is none.
double step_of(const std::string& text, const std::string& file);

/// Thins a column of a trace to about `buckets` buckets of steps; the first and the last step
/// always have buckets of their own. Steps without a value are passed over. `file` names the trace
/// in error messages: throws std::runtime_error without such a column and one of steps, or on a
/// field that is no number.
Curve make_curve(const Csv& trace, const std::string& column, std::size_t buckets,
                 const std::string& file);

}  // namespace ulpscope
