// SPDX-License-Identifier: BSL-1.0
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <system_error>
#include <unistd.h>

#include "commands.hpp"
#include "open_study.hpp"
#include "say.hpp"
#include "shared_folder.hpp"
#include "ulpscope/report/gnuplot.hpp"
#include "ulpscope/store/file.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

/// As a word of the shell.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

/// Tasks are all alike: each claims cells as it goes, so they can be added and killed at any time.
/// TERM comes a minute before a task's time is up, for checkpoints.
std::string script(const OpenedStudy& opened, const SubmitOptions& options) {
  const fs::path folder = fs::absolute(opened.folder);
  std::string run = quoted(fs::read_symlink("/proc/self/exe").string()) + " run " +
                    quoted((folder / "study.toml").string()) + " --out " + quoted(folder.string());
  if (!options.run.only.empty()) run += " --only " + quoted(options.run.only);
  return fmt::format(
      "#!/bin/sh\n"
      "#SBATCH --job-name={}\n"
      "#SBATCH --array=1-{}\n"
      "#SBATCH --output=\"{}\"\n"
      "#SBATCH --signal=B:TERM@60\n"
      "exec {} --jobs \"${{SLURM_CPUS_PER_TASK:-1}}\" --together {}\n",
      opened.study.name, options.tasks, (folder / "slurm" / "%A_%a.log").string(), run,
      options.run.together);
}

/// Before anything is written.
void require_name_for_sbatch(const RunOptions& options) {
  const std::string folder = fs::absolute(options.out.empty() ? "results" : options.out).string();
  if (folder.find_first_of("\"\\%\n\r") == std::string::npos) return;
  throw InputError({"--out " + options.out, 0}, "",
                   "expected a folder whose path is without quotes, backslashes, percent signs and "
                   "line ends, which sbatch reads in its own way; for example --out results/new");
}

}  // namespace

int submit_command(const SubmitOptions& options) {
  if (!in_path("sbatch")) {
    throw InputError({"submit", 0}, "",
                     "there is no sbatch in PATH, which submits the tasks; expected the program "
                     "sbatch, for example from the package slurm-client");
  }
  require_name_for_sbatch(options.run);
  // How much memory a node has is for its tasks to see.
  const OpenedStudy opened = open_study(options.run, std::numeric_limits<double>::infinity());
  SharedFolder shared(opened.folder, std::chrono::seconds(60));
  std::size_t pending = 0;
  shared.alone([&] {
    const Summary summary = summarize(opened.folder, opened.plan, Check::changed);
    say_damaged(opened.folder, summary, "the cell is run again");
    pending = summary.pending;
    write_records(opened.folder, opened.study, opened.plan, summary);
  });
  const fs::path file = opened.folder / "slurm" / "submit.sh";
  write_file(file, script(opened, options));
  say("{}: {}, {} to run, by {} of {}\n", opened.study.name,
      counted(opened.plan.cells.size(), "cell"), pending, counted(options.tasks, "task"),
      file.string());
  std::vector<std::string> words{"sbatch"};
  words.insert(words.end(), options.sbatch.begin(), options.sbatch.end());
  words.push_back(file.string());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  throw std::system_error(errno, std::generic_category(), "sbatch");
}

}  // namespace ulpscope
