// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/share.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "ulpscope/report/number.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {
namespace {

using Row = std::vector<std::string>;

/// Where a summary has what a share is computed from.
struct Places {
  std::size_t way, format, metric, status;
  std::vector<std::size_t> swept;  ///< without the labels

  Places(const Csv& summary, const std::string& share)
      : way(place(summary, isolate_label::way)),
        format(place(summary, isolate_label::format)),
        metric(place(summary, share.substr(0, share.rfind('_')))),
        status(place(summary, "status")) {
    const std::size_t end = place(summary, "converged");
    for (std::size_t i = 1; i < end; ++i) {
      if (!contains(labels(), summary.header[i])) swept.push_back(i);
    }
  }

  static std::size_t place(const Csv& summary, std::string_view name) {
    if (const auto at = summary.column(name)) return *at;
    throw std::runtime_error("summary.csv: expected a column " + std::string(name));
  }

  Row point(const Row& row) const {
    Row values;
    for (const std::size_t i : swept) values.push_back(row[i]);
    return values;
  }
};

std::string share_of(const std::array<const Row*, 3>& rows, const Places& at) {
  std::array<double, 3> logs{};
  for (const Row* row : rows) {
    if (!row || (*row)[at.status] != "done") return {};
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& text = (*rows[i])[at.metric];
    const auto number = read_number(text);
    if (!number) return is_beyond(text) ? "censored" : "none";
    if (number->zero()) return "zero";
    logs[i] = log10_of(*number);
  }
  const auto [own, exact, all] = logs;
  if (all == exact) return "no change";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(),
                                 (own - exact) / (all - exact), std::chars_format::general, 6);
  return {text.data(), end.ptr};
}

}  // namespace

Csv with_share(Csv summary, const std::string& share) {
  if (summary.column(share) || !summary.column(isolate_label::way)) return summary;
  const Places at(summary, share);
  std::map<Row, const Row*> exact;
  std::map<std::pair<Row, std::string>, const Row*> all;
  for (const Row& row : summary.rows) {
    if (row[at.way] == "exact") exact[at.point(row)] = &row;
    if (row[at.way] == "all") all[{at.point(row), row[at.format]}] = &row;
  }
  std::vector<std::string> shares;
  for (const Row& row : summary.rows) {
    const Row point = at.point(row);
    const auto base = exact.find(point);
    const auto coarse = all.find({point, row[at.format]});
    shares.push_back(share_of({&row, base == exact.end() ? nullptr : base->second,
                               coarse == all.end() ? nullptr : coarse->second},
                              at));
  }
  summary.header.push_back(share);
  for (std::size_t i = 0; i < summary.rows.size(); ++i) summary.rows[i].push_back(shares[i]);
  return summary;
}

}  // namespace ulpscope
