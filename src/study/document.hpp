// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <utility>
#include <vector>

#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// The texts one after the other.
inline std::string concatenated(std::initializer_list<std::string_view> texts) {
  std::string all;
  for (const std::string_view text : texts) all += text;
  return all;
}

/// A parsed TOML text with its source, from which numbers are taken as they are written.
class Document {
 public:
  /// `file` names the source in messages. Throws InputError on what is not TOML.
  Document(std::string file, const std::string& source);

  const toml::table& root() const { return root_; }
  Place place(const toml::node& node) const;

  /// A boolean, number or text; for a key that takes them a list of texts, or a table of its parts.
  /// Throws InputError for all else.
  Value value(const std::string& key, const toml::node& node) const;

  /// A list of at least one value, or a range.
  Axis axis(const std::string& key, const toml::node& node) const;

 private:
  std::optional<Value> value(const toml::node& node) const;
  Value list(const std::string& key, const toml::array& array) const;
  Value table(const std::string& key, const toml::table& table) const;
  std::string token(const toml::node& node) const;

  std::string file_;
  struct Line {
    std::string text;
    bool ascii;
  };
  std::vector<Line> lines_;
  toml::table root_;
};

/// A table's entries in the file's order: toml++ sorts them by name.
std::vector<std::pair<std::string, const toml::node*>> in_order(const toml::table& table);

/// Throws InputError, with the nearest key, where no cell can have this key, or where it may not
/// differ between the cells of a study.
void require_known(const Place& place, const std::string& key);
void require_sweepable(const Place& place, const std::string& key);

/// Walks an array of tables [[name]].
template <class F>
void for_each_table(const Document& document, const std::string& name, const toml::node& node,
                    F&& f) {
  const auto* array = node.as_array();
  if (!array) {
    throw InputError(document.place(node), name, "expected tables, written [[" + name + "]]");
  }
  for (const toml::node& item : *array) {
    if (!item.is_table()) {
      throw InputError(document.place(item), name, "expected tables, written [[" + name + "]]");
    }
    f(*item.as_table());
  }
}

/// [sweep]: axes, zips and further cells.
void read_sweep(const Document& document, const toml::node& node, Study& study);

/// One key of [isolate], written `key = node` there. Throws InputError.
void read_isolate_key(const Document& document, const std::string& key, const toml::node& node,
                      Study& study);

/// Axes of one zip have as many values as each other. Throws InputError.
void require_equal_lengths(const std::vector<Axis>& axes, const Place& place);

/// --set key=value: takes the place of an axis's values, else of the base's value; a list or a
/// range becomes an axis. A value that is no TOML stands for itself as a text.
void apply_set(const std::string& set, Study& study);

}  // namespace ulpscope
