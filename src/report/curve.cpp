// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/curve.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "ulpscope/report/number.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

constexpr double zero_marks = 40;  // at most, across the figure

/// The finite values of one stretch of steps.
class Stretch {
 public:
  void add(double step, double log_value) {
    if (logs_.empty()) first_ = step;
    last_ = step;
    logs_.push_back(log_value);
  }

  bool holds_any() const { return !logs_.empty(); }

  /// Moves what was added into the piece as one bucket.
  void close(std::vector<Bucket>& piece) {
    if (logs_.empty()) return;
    std::sort(logs_.begin(), logs_.end());
    const std::size_t half = logs_.size() / 2;
    const double middle = logs_.size() % 2 == 1 ? logs_[half] : (logs_[half - 1] + logs_[half]) / 2;
    piece.push_back({(first_ + last_) / 2, logs_.front(), middle, logs_.back()});
    logs_.clear();
  }

 private:
  double first_ = 0;
  double last_ = 0;
  std::vector<double> logs_;
};

}  // namespace

double step_of(const std::string& text, const std::string& file) {
  std::uint64_t step = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error(file + ": no step: \"" + text + "\"");
  }
  return static_cast<double>(step);
}

Curve make_curve(const Csv& trace, const std::string& column, std::size_t buckets,
                 const std::string& file) {
  const auto step_at = trace.column("step");
  const auto value_at = trace.column(column);
  if (!step_at || !value_at) {
    throw std::runtime_error(file + ": expected columns step and " + column);
  }
  Curve curve;
  if (trace.rows.empty()) return curve;
  curve.first = step_of(trace.rows.front()[*step_at], file);
  curve.last = step_of(trace.rows.back()[*step_at], file);
  const double span = std::max(curve.last - curve.first, 1.0);

  std::vector<Bucket> piece;
  Stretch stretch;
  const auto break_line = [&] {
    stretch.close(piece);
    if (!piece.empty()) curve.pieces.push_back(std::exchange(piece, {}));
  };
  std::optional<Bucket> finite;  // the last one
  bool overflowed = false;
  double open = -2;
  double zero_mark = -1;
  for (std::size_t row = 0; row < trace.rows.size(); ++row) {
    const std::string& text = trace.rows[row][*value_at];
    if (text.empty()) continue;
    const double step = step_of(trace.rows[row][*step_at], file);
    const double place = (step - curve.first) / span;  // 0 to 1
    const auto number = read_number(text);
    if (!number) {
      if (text != "inf" && text != "-inf" && text != "nan") {
        throw std::runtime_error(fmt::format("{}: no {}: \"{}\"", file, column, text));
      }
      break_line();
      if (finite && !overflowed) curve.overflows.push_back(*finite);
      if (!finite && !overflowed) curve.overflow_at_start = step;
      overflowed = true;
      continue;
    }
    if (number->zero() || number->negative) {
      break_line();
      curve.negative = curve.negative || number->negative;
      if (std::floor(place * zero_marks) > zero_mark) {
        zero_mark = std::floor(place * zero_marks);
        curve.zeros.push_back(step);
      }
      overflowed = false;
      continue;
    }
    const bool end = row == 0 || row + 1 == trace.rows.size();
    const double bucket =
        end ? -1 : std::floor(place * static_cast<double>(std::max<std::size_t>(buckets, 1)));
    if (bucket != open || end) stretch.close(piece);
    open = bucket;
    const double log_value = log10_of(*number);
    curve.thinned = curve.thinned || stretch.holds_any();
    stretch.add(step, log_value);
    finite = Bucket{step, log_value, log_value, log_value};
    overflowed = false;
  }
  break_line();
  return curve;
}

}  // namespace ulpscope
