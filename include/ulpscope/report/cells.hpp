// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "ulpscope/report/column.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// What the three formats share.
struct Table {
  struct Line {
    std::vector<std::string> values;  ///< of the columns, as the records have them
    std::string status;               ///< empty where the cell is done
  };
  std::vector<Column> columns;
  std::vector<Line> lines;
};

/// True for a number in a column that may hold some: an id such as 1e5 is none.
bool is_number(const Column& column, const std::string& value);

/// A value for people: keys and integers as they are, other numbers with three digits.
std::string shown(const Column& column, const std::string& value);

/// True where a column's cells are numbers, apart from empty ones and ones that are not finite.
bool is_numeric(const Table& table, std::size_t at);

/// The table as a LaTeX table environment, for booktabs and siunitx.
std::string latex_table(const Table& table, const TableSpec& spec, const Study& study,
                        const std::string& comment);

}  // namespace ulpscope
