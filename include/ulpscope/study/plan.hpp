// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/data/dataset.hpp"
#include "ulpscope/study/precision.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// One key of a cell with its value.
struct Setting {
  std::string key;
  std::string written;    ///< as in the study file; texts without quotes
  std::string canonical;  ///< one text for all ways to write the value
  bool quoted = false;    ///< whether the canonical value needs quotes in TOML
  bool at_default = false;
  bool part = false;  ///< of a group, whose own setting says it all; or a label, which says nothing
  std::string_view
      idle{};  ///< not empty where it has no effect: an example of what would give it one
};

/// The settings of a cell, section by section. Cells share the blocks in which they do not differ:
/// a plan of many cells is little more than the ids and what is swept.
class Settings {
 public:
  using Block = std::vector<Setting>;  ///< of one section
  using Blocks = std::vector<std::shared_ptr<const Block>>;

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Setting;
    using difference_type = std::ptrdiff_t;
    using pointer = const Setting*;
    using reference = const Setting&;

    Iterator() = default;
    explicit Iterator(Blocks::const_iterator block) : block_(block) {}
    reference operator*() const { return (**block_)[at_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (++at_ == (*block_)->size()) {
        ++block_;
        at_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    Blocks::const_iterator block_;
    std::size_t at_ = 0;
  };

  Iterator begin() const { return Iterator(blocks_.begin()); }
  Iterator end() const { return Iterator(blocks_.end()); }
  const Setting* find(std::string_view key) const;

  const Blocks& blocks() const { return blocks_; }
  /// The block has a setting by the time that others are added or read.
  void add(std::shared_ptr<const Block> block) { blocks_.push_back(std::move(block)); }

 private:
  Blocks blocks_;
};

/// One run: a full description, defaults included, in the order of sections().
struct Cell {
  /// 16 hexadecimal digits of the SHA-256 of the settings that are not at their defaults, sorted
  /// by key; without study.steps, as a longer run continues the same cell.
  std::string id;
  Settings settings;
  /// Of its data, looked up once for a plan: a file is read for it.
  Extent extent;

  const Setting* find(std::string_view key) const;
  /// The canonical value; the key is one that this cell has, or a part of one.
  const std::string& operator[](std::string_view key) const;
  /// The function that read_options asks, for the options of one section.
  std::function<std::string(std::string_view)> section(std::string name) const;
};

/// Whether the cell records this probe.
bool has_probe(const Cell& cell, std::string_view probe);

/// What the cell's [precision] means.
Precision precision_of(const Cell& cell);

/// After how many updates the cell's run goes on under the precision of [switch]; nothing where it
/// does not.
std::optional<std::uint64_t> switch_step(const Cell& cell);

/// The cell with the [precision] that it has after its switch: what [switch] gives of a role as a
/// whole takes the role's place, with the role's own format where it gives none. No id.
Cell after_switch(const Cell& cell);

/// The cells of a study and the keys in which they differ by its sweep.
struct Plan {
  std::vector<std::string> swept;  ///< keys, in the order in which the sweep names them
  std::vector<Cell> cells;
};

/// Expands the sweep and checks every cell. A key of the base applies to the cells whose kinds
/// have it; a key that no cell has, or a swept key that one of its cells lacks, is an error, as
/// is the same cell twice. Throws InputError.
Plan make_plan(const Study& study);

/// The study as it is run, every default written out: a study file again. Defaults in which
/// the kinds of a sweep differ stay with the cells.
std::string study_toml(const Study& study, const Plan& plan);

/// A cell as a study file of its own: its kinds, its steps and what is not at its default, in
/// canonical form. Equal cells, equal texts, also where later versions have more keys.
std::string cell_toml(const Cell& cell);

/// "key=glob,...": what a cell's written values must match to be shown or run.
class Selection {
 public:
  /// Throws InputError at `place` for an unknown key.
  Selection(const Place& place, const std::string& only);

  struct Condition {
    std::string key, glob;
    bool holds(const std::string& value) const;
  };
  const std::vector<Condition>& conditions() const { return conditions_; }
  bool selects(const Cell& cell) const;

 private:
  std::vector<Condition> conditions_;
};

/// The cells that such a text selects; all of an empty one. Throws InputError at `place`, too,
/// where no cell is selected.
std::vector<const Cell*> select_cells(const Plan& plan, const Place& place,
                                      const std::string& only);

/// The same for --only.
std::vector<const Cell*> select_cells(const Plan& plan, const std::string& only);

}  // namespace ulpscope
