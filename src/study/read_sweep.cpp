// SPDX-License-Identifier: BSL-1.0
#include <algorithm>

#include "document.hpp"

namespace ulpscope {
namespace {

void add_axis(const Document& document, const std::string& key, const toml::node& node,
              std::size_t zip, Study& study) {
  require_sweepable(document.place(node), key);
  const auto earlier = std::find_if(study.axes.begin(), study.axes.end(),
                                    [&](const Axis& axis) { return axis.key == key; });
  if (earlier != study.axes.end()) {
    throw InputError(document.place(node), "sweep." + key,
                     "is an axis already, in line " + std::to_string(earlier->place.line) +
                         "; expected each key in one axis");
  }
  study.axes.push_back(document.axis(key, node));
  study.axes.back().zip = zip;
}

/// [[sweep.zip]]: lists that advance together.
void read_zip(const Document& document, const toml::table& table, Study& study) {
  if (table.empty()) {
    throw InputError(document.place(table), "sweep.zip",
                     "expected lists of the same length, for example \"rule.kind\" = [\"adam\", "
                     "\"sgd\"] and \"rule.lr\" = [1e-3, 1e-2]");
  }
  std::size_t zip = 1;
  for (const Axis& axis : study.axes) zip = std::max(zip, axis.zip + 1);
  for (const auto& [key, node] : in_order(table)) add_axis(document, key, *node, zip, study);
  require_equal_lengths(study.axes, document.place(table));
}

void read_cell(const Document& document, const toml::table& table, Study& study) {
  std::vector<Assignment> cell;
  for (const auto& [name, item] : in_order(table)) {
    require_sweepable(document.place(*item), name);
    cell.push_back({name, document.value(name, *item)});
  }
  study.cells.push_back(std::move(cell));
}

}  // namespace

void require_equal_lengths(const std::vector<Axis>& axes, const Place& place) {
  for (const Axis& axis : axes) {
    const Axis& first = *std::find_if(axes.begin(), axes.end(),
                                      [&](const Axis& other) { return other.zip == axis.zip; });
    if (axis.zip == 0 || axis.values.size() == first.values.size()) continue;
    throw InputError(place, "sweep.zip",
                     first.key + " has " + std::to_string(first.values.size()) + " values, " +
                         axis.key + " " + std::to_string(axis.values.size()) +
                         "; expected lists of the same length, as they advance together; for "
                         "example \"rule.kind\" = [\"adam\", \"sgd\"] and \"rule.lr\" = [1e-3, "
                         "1e-2]");
  }
}

void read_sweep(const Document& document, const toml::node& node, Study& study) {
  if (!node.is_table()) {
    throw InputError(document.place(node), "sweep", "expected a table, written [sweep]");
  }
  for (const auto& [key, value] : in_order(*node.as_table())) {
    if (key == "cell") {
      for_each_table(document, "sweep.cell", *value,
                     [&](const toml::table& table) { read_cell(document, table, study); });
    } else if (key == "zip") {
      for_each_table(document, "sweep.zip", *value,
                     [&](const toml::table& table) { read_zip(document, table, study); });
    } else {
      add_axis(document, key, *value, 0, study);
    }
  }
}

}  // namespace ulpscope
