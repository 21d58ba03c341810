// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/thinned.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

#include "ulpscope/report/curve.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

/// The rows of one stretch that are kept.
class Kept {
 public:
  void add(std::size_t at, const TracePoint& point) {
    if (!point.log) {
      if (!lost_) lost_ = at;
      return;
    }
    if (!low_ || *point.log < low_->second) low_ = {at, *point.log};
    if (!high_ || *point.log > high_->second) high_ = {at, *point.log};
  }

  /// Moves them into the set.
  void close(std::set<std::size_t>& rows) {
    if (lost_) rows.insert(*lost_);
    if (low_) rows.insert(low_->first);
    if (high_) rows.insert(high_->first);
    *this = Kept();
  }

 private:
  std::optional<std::pair<std::size_t, double>> low_, high_;
  std::optional<std::size_t> lost_;
};

}  // namespace

std::vector<TracePoint> thinned(const Csv& trace, const std::string& column, std::size_t stretches,
                                const std::string& file) {
  const auto step_at = trace.column("step");
  const auto at = trace.column(column);
  if (!step_at || !at) throw std::runtime_error(file + ": expected columns step and " + column);
  std::vector<TracePoint> points;
  for (const auto& row : trace.rows) {
    const std::string& text = row[*at];
    if (text.empty()) continue;  // not recorded at this step
    const auto number = read_number(text);
    if (!number && text != "inf" && text != "-inf" && text != "nan") {
      throw std::runtime_error(fmt::format("{}: no {}: \"{}\"", file, column, text));
    }
    TracePoint point{step_of(row[*step_at], file), {}, text};
    if (number && !number->zero() && !number->negative) point.log = log10_of(*number);
    points.push_back(std::move(point));
  }
  const auto count = static_cast<double>(points.size());
  const double half = static_cast<double>(std::max<std::size_t>(stretches, 2)) / 2;
  std::set<std::size_t> rows;
  Kept kept;
  std::pair<double, double> open{-1, -1};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto row = static_cast<double>(i);
    const std::pair<double, double> stretch{std::floor(half * row / count),
                                            std::floor(half * std::log1p(row) / std::log1p(count))};
    if (stretch != open) kept.close(rows);
    open = stretch;
    kept.add(i, points[i]);
  }
  kept.close(rows);
  if (!points.empty()) rows.insert({0, points.size() - 1});
  std::vector<TracePoint> some;
  some.reserve(rows.size());
  for (const std::size_t row : rows) some.push_back(std::move(points[row]));
  return some;
}

}  // namespace ulpscope
