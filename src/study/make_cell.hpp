// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// The values that are given for a cell, by key.
using Assignments = std::map<std::string, Value>;

/// Gives a key its value; a group's value is that of its parts, a bare text that of the first.
void assign(Assignments& given, const std::string& key, const Value& value);

/// The setting of an option that is no group: with the value, or at the default without one.
Setting plain_setting(const std::string& key, const OptionInfo& option, const Value* value);

/// The sizes of the data that a plan's cells describe, each looked up once: a file is read for it.
class DataSizes {
 public:
  /// Throws DataError.
  const Extent& of(const Kind& data, const Cell& cell);

 private:
  std::map<std::string, Extent> known_;
};

/// The keys of a plan's cells.
class CheckedKeys {
 public:
  /// `idle` as of a setting: empty where the key has an effect in its cell.
  void add(const std::string& key, std::string_view idle);
  /// Throws InputError where the key has an effect in no cell.
  void require_use(const Place& place, const std::string& key) const;

 private:
  std::set<std::string> used_;
  std::map<std::string, std::string_view> idle_;
};

/// A cell from what is given; `keys` takes those that it has. Throws InputError.
Cell make_cell(const Assignments& given, CheckedKeys& keys, DataSizes& sizes);

/// Throws InputError where the key has no effect in this cell.
void require_effect(const Place& place, const std::string& key, const Cell& cell);

}  // namespace ulpscope
