// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ulpscope {

/// Where a value was written: a file and line, or "--set".
struct Place {
  std::string file;
  int line = 0;
};

/// Something in the input that cannot be run, found before anything is run or written. The
/// message says file, line, key, what was expected and a right example.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  InputError(const Place& place, const std::string& key, const std::string& problem);
};

/// A value as written: the text is the source token, so that a number keeps every digit; a text
/// stands without its quotes, a list as in ["a", "b"], a table as in { format = "p10" }.
struct Value {
  enum class Kind { boolean, integer, real, text, list, table };
  Kind kind = Kind::text;
  std::string text;
  Place place;
  std::vector<std::string> items{};                    ///< of a list
  std::vector<std::pair<std::string, Value>> parts{};  ///< of a table, with their full keys
  std::string path{};  ///< of a file that the text names, from the working directory
};

struct Assignment {
  std::string key;  ///< dotted: rule.lr
  Value value;
};

struct Axis {
  std::string key;
  std::vector<Value> values;
  Place place;
  std::vector<Assignment> range{};  ///< as written: from, to, ...; empty where the values are
  std::size_t zip = 0;  ///< axes of one [[sweep.zip]], numbered from 1, advance together; 0: alone
};

/// A study has at most as many cells.
inline constexpr std::size_t cell_limit = 1'000'000;

/// What a key such as digits says of columns: one text for all of them, or each its own.
struct PerColumn {
  std::string all;
  std::vector<std::pair<std::string, std::string>> of;  ///< by the column's name

  /// The column's own text, else that of all; empty where there is none.
  const std::string& operator[](const std::string& column) const;
  bool operator==(const PerColumn&) const = default;
};

/// [[table]]: one row a cell, or one for all cells that differ in the keys of `over` alone.
struct TableSpec {
  std::string name{};  ///< of its files
  std::string caption{};
  std::vector<std::string> rows{};     ///< keys that name a row
  std::vector<std::string> columns{};  ///< metrics, timings or keys
  std::string only{};                  ///< "key=glob,...": the cells that it shows; all if empty
  Place place{};
  std::string group{};              ///< a key; each of its values has a block of the columns
  std::vector<std::string> over{};  ///< keys
  PerColumn digits{};
  PerColumn units{};  ///< as siunitx has them
  PerColumn titles{};
  std::string label{};  ///< of LaTeX
};

/// [[figure]]: one line a cell, or what its kind draws of several.
struct FigureSpec {
  std::string name{};
  std::string caption{};
  std::string kind = "loss";           ///< one of figure_kinds
  std::vector<std::string> by{};       ///< keys that name a line
  std::vector<std::string> columns{};  ///< of traces
  std::string only{};                  ///< as of a table
  double zoom = 1;                     ///< of a path: how many times nearer to the minimiser
  Place place{};
  std::string x{}, y{};              ///< what the axes show: keys; y of `metric` is a metric
  std::string value{};               ///< the metric of a heat map or a distribution
  std::string border{};              ///< of a heat map: what is so on one side of a line
  std::vector<std::string> over{};   ///< keys: cells that differ in these alone are one point
  std::string x_scale{}, y_scale{};  ///< "log", "linear", or empty: as the values ask for
  std::string width = "column";      ///< of a paper, or "page"
};

/// loss: losses over steps. trace: other columns of traces over steps. path: parameters of two over
/// the contour lines of their surface.
/// metric: a metric over a key. heat-map: a metric over two keys. distribution: the share of
/// cells in which a metric is at or below a value. sharpness: losses over steps, below them the
/// sharpness by its threshold.
inline const std::vector<std::string> figure_kinds{"loss",     "trace",        "path",     "metric",
                                                   "heat-map", "distribution", "sharpness"};

inline bool drawn_from_traces(const std::string& figure_kind) {
  return figure_kind == "loss" || figure_kind == "trace" || figure_kind == "path" ||
         figure_kind == "sharpness";
}

/// [isolate]: in place of each cell several, which compute in `exact` and have one role, all but
/// one, all or none in a coarse format.
struct IsolateSpec {
  /// A coarse format: the parts of a role that are given, by name, and what tables call it.
  struct Coarse {
    std::string label;
    std::vector<std::pair<std::string, Value>> parts;
    Place place;
  };
  Value exact{Value::Kind::text, "dec50", {}};  ///< an arithmetic
  std::vector<std::string> roles{};  ///< that are singled out; all that a cell has if empty
  std::vector<Coarse> formats{};
  std::string rounding = "every";  ///< of formats that do not say it: "every" or "store"
  Place place{};
};

/// What a study file says, after --set.
struct Study {
  std::string file;
  std::string name;
  std::string title;
  std::vector<Assignment> base;
  std::vector<Axis>
      axes;  ///< cells are their product, the last fastest; those of a zip count as one
  std::vector<std::vector<Assignment>> cells;  ///< [[sweep.cell]]: further cells, after these
  std::optional<IsolateSpec> isolate;
  std::vector<TableSpec> tables;
  std::vector<FigureSpec> figures;
};

/// Reads a study file; `sets` are key=value texts from the command line. Throws InputError.
Study read_study(const std::string& file, const std::vector<std::string>& sets = {});

/// Writes relative paths of data as seen from the folder that the results go to, so that these are
/// the same wherever the study is run from, and are read again from anywhere.
void name_data_files_from(const std::filesystem::path& folder, Study& study);

/// study.steps, or its default, as a cell has it: without what may stand among its digits. Throws
/// InputError where it is no number of steps.
std::string steps_of(const Study& study);

}  // namespace ulpscope
