// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "make_cell.hpp"

namespace ulpscope {

/// The cells of [isolate] in place of one. All compute in the exact arithmetic, and coarse is a
/// role by the keys of [precision] that a cell written by hand would have:
///
///   way       role          coarse roles
///   exact     none          none
///   all       all           every role that the cell has
///   only      the role      that one
///   all-but   the role      every other one
///
/// exact once, all once for each format, the others for each format and each role singled out.
/// `hyperparameters` are rounded once for all and take a stochastic format to nearest even.
class Isolation {
 public:
  /// Throws InputError where a key that [isolate] sets has a value elsewhere in the study.
  explicit Isolation(const Study& study);

  /// Takes a cell and the values that make it one of its own.
  using Add = std::function<void(Cell, const std::vector<Change>&)>;

  /// Calls add with each cell that takes the place of the one with these changes. Throws
  /// InputError.
  void expand(CellMaker& maker, const std::vector<Change>& changes, const Add& add);

 private:
  using Roles = std::vector<std::string>;

  Change coarse(const std::string& role, std::size_t format);
  Cell labelled(Cell cell, const std::string& way, const std::string& role,
                const std::string& format);

  const IsolateSpec& spec_;
  std::map<std::pair<std::string, std::size_t>, Assignment> coarse_;
  std::map<std::string, std::shared_ptr<Settings::Block>> labels_;
};

/// The parts that every role has.
const std::vector<OptionInfo>& common_parts();

/// A value as a study file has it.
std::string written(const Value& value);

/// The lines of [isolate].
std::string isolate_toml(const IsolateSpec& spec);

/// Whether [isolate] sets this key in every cell, the same everywhere or not.
bool isolate_sets(const std::string& key);

}  // namespace ulpscope
