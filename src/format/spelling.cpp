// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/format/spelling.hpp"

#include <algorithm>
#include <numeric>

namespace ulpscope {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> nearest(std::string_view text,
                                   const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  // At least one letter must be shared: among short texts, each would be near every other.
  std::size_t best_distance = std::min(std::max<std::size_t>(text.size() / 2, 2) + 1, text.size());
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(text, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view text, const std::vector<std::string>& candidates) {
  const auto near = nearest(text, candidates);
  return near ? "; did you mean \"" + *near + "\"?" : "";
}

}  // namespace ulpscope
