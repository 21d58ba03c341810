// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checked_keys.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// The values that are given for a cell, by key.
using Assignments = std::map<std::string, Value>;

/// Gives a key its value; a group's value is that of its parts, a bare text that of the first.
void assign(Assignments& given, const std::string& key, const Value& value);

/// The setting of an option that is no group: with the value, or at the default without one.
Setting plain_setting(const std::string& key, const OptionInfo& option, const Value* value);

/// Whether a key is one of this section.
bool in_section(std::string_view key, std::string_view section);

/// The sizes of the data that a plan's cells describe, each looked up once: a file is read for it.
class DataSizes {
 public:
  /// Throws DataError.
  const Extent& of(const Kind& data, const Cell& cell);

 private:
  std::map<std::string, Extent> known_;
};

/// A value that a sweep gives to a key.
struct Change {
  const std::string* key;
  const Value* value;
};

/// Makes the cells of a plan from what their base gives. What is alike in cells is made once, and
/// checked once: the settings of a section, and whether sections go together.
class CellMaker {
 public:
  explicit CellMaker(const std::vector<Assignment>& base);

  /// The base with these changes. Throws InputError.
  Cell make(const std::vector<Change>& changes);

  /// The keys that the cells have so far.
  const CheckedKeys& keys() const { return keys_; }

 private:
  /// A section of a cell.
  struct Part {
    const Kind* kind = nullptr;
    std::shared_ptr<Settings::Block> settings;  ///< none where the cell has no such section
    std::string description;                    ///< what the id goes by
    std::string applying;  ///< of a rule: '1' for each option of [precision] that it has, else '0'
    std::optional<Extent> extent;  ///< of data
  };
  using Parts = std::vector<Part*>;  ///< in the order of sections()

  Part make_part(const Section& section, const std::vector<Change>& changes,
                 const Assignments& given, const std::string& applying, Cell& cell);
  /// Whether the parts go together; sets the cell's extent.
  template <class Given>
  void check(Cell& cell, const Parts& parts, const Given& given);
  static std::string id_of(const Parts& parts);

  Assignments base_;
  CheckedKeys keys_;
  DataSizes sizes_;
  std::vector<std::unordered_map<std::string, Part>> parts_;  ///< by section, then by what is given
  std::set<std::pair<std::string_view, Parts>> checked_;      ///< by the check's name, what passed
};

}  // namespace ulpscope
