// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/scale.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>
#include <utility>

#include "ulpscope/report/number.hpp"
#include "ulpscope/report/quartiles.hpp"

namespace ulpscope {
namespace {

/// On a linear scale, so that distances are finite, too.
constexpr double largest_place = std::numeric_limits<double>::max() / 4;

}  // namespace

Scale::Scale(std::vector<std::string> values, const std::string& wanted) {
  std::set<std::string> seen;
  for (std::string& value : values) {
    if (!value.empty() && seen.insert(value).second) words_.push_back(std::move(value));
  }
  const auto sorted = in_order_of_size(words_);
  const bool numbers = sorted.size() == words_.size();
  if (numbers) words_ = sorted;
  if (wanted == "words" || !numbers) {
    kind_ = Kind::words;
  } else {
    std::optional<double> least, most;  // log10 of positive ones
    bool negative = false;
    for (const std::string& value : words_) {
      const auto number = read_number(value);
      if (!number) continue;
      negative = negative || number->negative;
      if (number->zero() || number->negative) continue;
      if (!least) least = log10_of(*number);
      most = log10_of(*number);
    }
    const bool beyond_double = most && *most >= std::log10(largest_place);
    const bool asks = least && !negative && (*most - *least >= 2 || beyond_double);
    if (least && (wanted == "log" || (wanted.empty() && asks))) kind_ = Kind::log;
  }
  bool any = false;
  for (const std::string& value : words_) {
    const auto at = place(value);
    if (!at) continue;
    low_ = any ? std::min(low_, *at) : *at;
    high_ = any ? std::max(high_, *at) : *at;
    any = true;
  }
}

std::optional<double> Scale::place(const std::string& value) const {
  if (kind_ == Kind::words) {
    const auto at = std::find(words_.begin(), words_.end(), value);
    if (at == words_.end()) return std::nullopt;
    return static_cast<double>(at - words_.begin());
  }
  const auto number = read_number(value);
  if (!number) return std::nullopt;
  if (kind_ == Kind::linear) {
    const double at = std::strtod(value.c_str(), nullptr);
    return std::abs(at) <= largest_place ? std::optional(at) : std::nullopt;
  }
  if (number->zero() || number->negative) return std::nullopt;
  return log10_of(*number);
}

bool Scale::above(const std::string& value) const {
  if (value == "inf" || is_beyond(value)) return true;
  const auto number = kind_ == Kind::linear && !place(value) ? read_number(value) : std::nullopt;
  return number && !number->negative;
}

PlotAxis Scale::axis(const std::string& title, bool to_decades) const {
  if (kind_ == Kind::words) {
    const auto count = static_cast<double>(std::max<std::size_t>(words_.size(), 1));
    PlotAxis axis{.title = title, .low = -0.5, .high = count - 0.5};
    for (std::size_t i = 0; i < words_.size(); ++i) {
      axis.ticks.push_back({static_cast<double>(i), words_[i]});
    }
    return axis;
  }
  if (kind_ == Kind::log && to_decades) {
    const double low = std::floor(low_ + 1e-9), high = std::ceil(high_ - 1e-9);
    return power_axis(title, low, high > low ? high : low + 1);
  }
  double room = 0.06 * (high_ - low_);
  if (kind_ == Kind::log) {
    // A lone decade would leave the axis with a single label.
    const double low = high_ - low_ < 1.2 ? std::floor(low_ + 1e-9) : low_;
    const double high = high_ - low_ < 1.2 ? std::ceil(high_ - 1e-9) : high_;
    room = 0.06 * (high - low) + 0.02;
    return power_axis(title, low - room, high + room);
  }
  if (room == 0) room = high_ == 0 ? 1 : std::abs(high_) * 0.1;
  return {.title = title, .low = low_ - room, .high = high_ + room};
}

}  // namespace ulpscope
