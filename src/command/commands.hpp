// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ulpscope/report/table.hpp"
#include "ulpscope/study/report_keys.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

namespace exit_code {
inline constexpr int done = 0;
inline constexpr int failed = 1;     ///< a cell failed, or what was checked does not hold
inline constexpr int bad_input = 2;  ///< found before any cell ran
inline constexpr int hazard = 3;     ///< advise found one
inline constexpr int interrupted = 130;
}  // namespace exit_code

struct RunOptions {
  std::string study;
  std::vector<std::string> sets;
  std::string only;
  unsigned jobs = 1;
  unsigned together = 8;  ///< cells of a group, at most
  std::string out;        ///< results/<name> where empty
  bool fresh = false;
  bool check = false;  ///< of done cells all files, not only those that changed since
  bool fail_fast = false;
  double checkpoint = 60;  ///< seconds between two of a cell
  double lifetime = 60;    ///< seconds after which a claim that is not kept fresh is stale
};

struct SubmitOptions {
  RunOptions run;
  unsigned tasks = 4;
  std::vector<std::string> sbatch;  ///< its own options
};

struct RoundOptions {
  std::string format;
  std::string mode = "nearest-even";
  std::optional<std::string> seed;
  std::optional<std::string> subnormals;  ///< as the format has them where empty
  bool saturate = false;
  bool hex = false;
  std::vector<std::string> values;  ///< lines of standard input where empty
};

struct BenchOptions {
  std::string only;                   ///< a glob of arithmetics; all where empty
  std::optional<TableFormat> format;  ///< that of the file's ending, or Markdown
  std::string out;                    ///< standard output where empty
  double seconds = 10;                ///< about how long all is measured
};

// Each command prints its data to stdout and returns the exit code; bad input is an InputError.
int run_command(const RunOptions& options);
int submit_command(const SubmitOptions& options);
int plan_command(const RunOptions& options);
/// `sample`: how many cells are run again, all for 0; files are checked of all.
int verify_command(const std::string& folder, const std::string& only, unsigned jobs,
                   std::size_t sample);
int status_command(const std::string& folder);
int summary_command(const std::string& folder);
int table_command(const std::string& folder, TableFormat format);
int figure_command(const std::string& folder);
/// report.html into the folder, or the page into another file.
int report_command(const std::string& folder, const std::string& out);
/// Cell by cell; `csv`: a row a cell in place of text.
int compare_command(const std::string& first, const std::string& second, bool csv);
/// A table or figure that the study does not have, of keys as under [[table]] and [[figure]]; what
/// is in the folder stays as it is.
int adhoc_table_command(const std::string& folder, const WrittenKeys& options, TableFormat format);
int adhoc_figure_command(const std::string& folder, const WrittenKeys& options,
                         const std::string& out);
int round_command(const RoundOptions& options);
int bench_command(const BenchOptions& options);
int list_command(const std::string& what);
std::vector<std::string> list_names();  ///< what it shows

}  // namespace ulpscope
