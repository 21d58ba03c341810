// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "ulpscope/report/column.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// What the formats share: keys that name the rows, then blocks of columns, one for each value of
/// a group, or one alone.
struct Table {
  /// What the records have in one place of the table.
  struct Field {
    std::string value;          ///< of a cell, or the median or the counts of several
    std::string low{}, high{};  ///< quartiles
    std::size_t count = 1;      ///< how many of `cells` have it
    std::size_t cells = 1;      ///< that are done
  };
  struct Line {
    std::vector<Field> fields;        ///< a column each
    std::vector<std::string> status;  ///< a block each; empty where a cell is done
  };
  struct Block {
    std::string title;  ///< a value of the group
    std::size_t first;  ///< of its columns
  };
  std::vector<Column> columns;
  std::vector<Block> blocks;
  std::vector<Line> lines;
  bool grouped = false;
  bool collapsed = false;  ///< lines stand for several cells

  /// Where a block's columns end.
  std::size_t end(std::size_t block) const {
    return block + 1 < blocks.size() ? blocks[block + 1].first : columns.size();
  }
};

/// The table of a study's records. Throws InputError on a column that is none.
Table collect(const TableSpec& spec, const Csv& summary, const Csv& timings);

/// What a line shows from left to right: a column's field, or a block's status over several.
struct Shown {
  std::size_t first;
  std::size_t span;
  std::string status;  ///< empty for a field
};
std::vector<Shown> shown_in(const Table& table, const Table::Line& line);

/// True for a number in a column that may hold some: an id such as 1e5 is none.
bool is_number(const Column& column, const std::string& value);

/// A value for people: keys and integers as they are, other numbers with the column's digits.
std::string shown(const Column& column, const std::string& value);

/// A field for people: "median [quartile, quartile] (k of n)", numbers through `number`, which
/// sees other texts, too; empty without a value.
template <class F>
std::string shown_field(const Column& column, const Table::Field& field, F&& number) {
  if (field.value.empty()) return field.count < field.cells ? "none" : "";
  std::string text = number(shown(column, field.value));
  if (!field.low.empty()) {
    text +=
        " [" + number(shown(column, field.low)) + ", " + number(shown(column, field.high)) + "]";
  }
  if (field.count == field.cells) return text;
  return text + " (" + std::to_string(field.count) + " of " + std::to_string(field.cells) + ")";
}

/// True where a column's cells are numbers, apart from empty ones and ones that are not finite.
bool is_numeric(const Table& table, std::size_t at);

/// The table in a format; the study's name and title stand where the table has none of its own.
std::string table_text(const Table& table, const TableSpec& spec, const Study& study,
                       TableFormat format);

/// The table as a LaTeX table environment, for booktabs and siunitx.
std::string latex_table(const Table& table, const TableSpec& spec, const Study& study,
                        const std::string& comment);

/// The table as an HTML element.
std::string html_element(const Table& table, const std::string& caption);

/// The table as an HTML page that needs no other file.
std::string html_table(const Table& table, const TableSpec& spec, const Study& study,
                       const std::string& comment);

}  // namespace ulpscope
