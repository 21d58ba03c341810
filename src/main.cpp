// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <malloc.h>
#include <map>
#include <string_view>
#include <thread>

#include "command/advise.hpp"
#include "command/commands.hpp"
#include "command/say.hpp"
#include "command/version.hpp"
#include "ulpscope/format/environment.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/keys.hpp"

namespace {

using namespace ulpscope;

/// The flag --adhoc, and the keys of a table or figure as options that need it.
class AdhocOptions {
 public:
  template <class Spec>
  AdhocOptions(CLI::App& command, const std::vector<ReportKey<Spec>>& keys,
               const std::string& summary)
      : command_(command), flag_(command.add_flag("--adhoc", summary)) {
    for (const auto& key : keys) {
      options_.emplace_back(key.name, add("--" + key.name, texts_[key.name], key.summary));
    }
  }

  CLI::Option* add(const std::string& name, std::string& text, const std::string& summary) {
    return command_.add_option(name, text, summary)->needs(flag_);
  }

  bool given() const { return flag_->count() > 0; }

  WrittenKeys written() const {
    WrittenKeys keys;
    for (const auto& [name, option] : options_) {
      if (option->count() > 0) keys.emplace_back(name, texts_.at(name));
    }
    return keys;
  }

 private:
  CLI::App& command_;
  CLI::Option* flag_;
  std::map<std::string, std::string> texts_;
  std::vector<std::pair<std::string, CLI::Option*>> options_;
};

/// Options and what they lead to; returns the exit code.
int parse_and_run(int argc, char** argv) {
  CLI::App app{"ulpscope: what finite precision does to a gradient optimizer"};
  app.set_version_flag("--version", version_text, "release, build and what is used here");
  app.require_subcommand(1);
  int result = exit_code::done;

  RunOptions run;
  run.jobs = std::max(1U, std::thread::hardware_concurrency());
  const auto study_options = [&](CLI::App* command) {
    command->add_option("STUDY", run.study, "study file, or a study that ships")->required();
    command->add_option("--set", run.sets, "key=value over the study file; [a, b] makes an axis")
        ->expected(1)
        ->take_all();
    command->add_option("--only", run.only, "cells where key=value,...; values may hold * and ?");
  };
  const auto together_option = [](CLI::App* command, unsigned& together) {
    const std::string otherwise = std::to_string(together);
    command
        ->add_option(
            "--together", together,
            "cells of a group, which share large inputs and advance together (" + otherwise + ")")
        ->check(CLI::Range(1, 64));
  };
  const auto jobs_options = [&](CLI::App* command) {
    command->add_option("--jobs", run.jobs, "cells, or groups of them, at a time")
        ->check(CLI::Range(1, 1024));
    together_option(command, run.together);
  };

  auto* run_app =
      app.add_subcommand("run", "run a study's cells, then write summary, tables, figures");
  study_options(run_app);
  jobs_options(run_app);
  run_app->add_option("--out", run.out, "the study's folder (results/<name>)");
  run_app->add_flag("--fresh", run.fresh, "remove the planned cells first");
  run_app->add_flag(
      "--check", run.check,
      "compare all files of done cells with their checksums, and run the damaged again");
  run_app->add_flag("--fail-fast,!--keep-going", run.fail_fast,
                    "end at the first cell that fails; else the others go on");
  run_app
      ->add_option("--checkpoint", run.checkpoint, "seconds between two checkpoints of a cell (60)")
      ->check(CLI::Range(0.0, 1e9));
  run_app
      ->add_option("--claim-lifetime", run.lifetime,
                   "seconds until a cell whose process gives no sign of life is taken over (60)")
      ->check(CLI::Range(0.5, 1e9));
  run_app->callback([&] { result = run_command(run); });

  SubmitOptions submit;
  submit.run.together = 1;  // or the first tasks would take most of the cells
  bool slurm = false;
  auto* submit_app = app.add_subcommand(
      "submit", "run a study's cells as a job array; other options are those of sbatch");
  study_options(submit_app);
  submit_app->add_option("--out", run.out, "the study's folder (results/<name>)");
  together_option(submit_app, submit.run.together);
  submit_app->add_flag("--slurm", slurm, "to Slurm, by sbatch")->required();
  submit_app->add_option("--tasks", submit.tasks, "tasks of the array (4); more may be added later")
      ->check(CLI::Range(1, 100000));
  submit_app->allow_extras();
  submit_app->callback([&] {
    const unsigned together = submit.run.together;
    submit.run = run;
    submit.run.jobs = 1;
    submit.run.together = together;
    submit.sbatch = submit_app->remaining();
    result = submit_command(submit);
  });

  auto* plan_app = app.add_subcommand("plan", "show a study's cells and what they will cost");
  study_options(plan_app);
  jobs_options(plan_app);
  plan_app->callback([&] { result = plan_command(run); });

  std::string folder;
  const auto folder_option = [&](CLI::App* command) {
    command->add_option("DIR", folder, "a study's folder")->required();
  };
  auto* status_app = app.add_subcommand("status", "show which cells are done, running and left");
  folder_option(status_app);
  status_app->callback([&] { result = status_command(folder); });

  auto* summary_app = app.add_subcommand("summary", "write and print summary.csv");
  folder_option(summary_app);
  summary_app->callback([&] { result = summary_command(folder); });

  TableFormat format = TableFormat::markdown;
  const std::map<std::string, TableFormat> names{
      {"markdown", TableFormat::markdown}, {"md", TableFormat::markdown},
      {"latex", TableFormat::latex},       {"tex", TableFormat::latex},
      {"csv", TableFormat::csv},           {"html", TableFormat::html}};
  const auto table_format = [&](CLI::App* command, TableFormat& chosen) {
    return command
        ->add_option("--format", chosen, "what is printed: markdown (md), latex (tex), csv or html")
        ->transform(CLI::CheckedTransformer(names));
  };
  auto* table_app = app.add_subcommand("table", "write a study's tables and print them");
  folder_option(table_app);
  table_format(table_app, format);
  AdhocOptions adhoc_table(*table_app, table_keys(), "print a table of these keys, write nothing");
  table_app->callback([&] {
    result = adhoc_table.given() ? adhoc_table_command(folder, adhoc_table.written(), format)
                                 : table_command(folder, format);
  });

  auto* figure_app = app.add_subcommand("figure", "draw a study's figures and print their paths");
  folder_option(figure_app);
  AdhocOptions adhoc_figure(*figure_app, figure_keys(),
                            "draw a figure of these keys into --out, and nothing else");
  std::string drawn;
  adhoc_figure.add("--out", drawn, "its file, .svg, .pdf or .tex");
  figure_app->callback([&] {
    result = adhoc_figure.given() ? adhoc_figure_command(folder, adhoc_figure.written(), drawn)
                                  : figure_command(folder);
  });

  auto* report_app = app.add_subcommand("report", "write a study's results as one HTML page");
  folder_option(report_app);
  std::string page;
  report_app->add_option("--out", page, "the page's file (DIR/report.html)");
  report_app->callback([&] { result = report_command(folder, page); });

  std::string other_folder;
  bool csv = false;
  auto* compare_app =
      app.add_subcommand("compare", "compare two folders of results cell by cell, to the bit");
  folder_option(compare_app);
  compare_app->add_option("OTHER", other_folder, "the other study's folder")->required();
  compare_app->add_flag("--csv", csv, "print a row a cell in place of text");
  compare_app->callback([&] { result = compare_command(folder, other_folder, csv); });

  auto* verify_app = app.add_subcommand("verify", "run a study's cells again and compare");
  folder_option(verify_app);
  verify_app->add_option("--only", run.only, "cells where key=value,...");
  verify_app->add_option("--jobs", run.jobs, "cells at a time")->check(CLI::Range(1, 1024));
  std::size_t sample = 0;
  verify_app->add_option("--sample", sample, "run so many cells again, spread over the study (all)")
      ->check(CLI::Range(1, 1000000));
  verify_app->callback([&] { result = verify_command(folder, run.only, run.jobs, sample); });

  RoundOptions round;
  auto* round_app = app.add_subcommand("round", "round numbers into a format");
  round_app->add_option("FORMAT", round.format, "as in ulpscope list formats")->required();
  round_app->add_option("--mode", round.mode, "as in ulpscope list modes");
  round_app->add_option("--seed", round.seed, "of the words that mode stochastic draws");
  round_app->add_flag("--saturate", round.saturate, "overflow gives the largest finite number");
  round_app->add_option("--subnormals", round.subnormals,
                        "kept, flushed or rounded; else as the format has them");
  round_app->add_flag("--hex", round.hex, "print a C99 hexadecimal literal a line, nothing else");
  round_app->footer(
      "VALUE ...  decimal or hexadecimal numbers, inf, nan; standard input where there is none");
  // Values are what is left over, or a negative one would count as an option.
  round_app->allow_extras();
  round_app->callback([&] {
    round.values = round_app->remaining();
    result = round_command(round);
  });

  BenchOptions bench;
  TableFormat bench_format = TableFormat::markdown;
  auto* bench_app = app.add_subcommand(
      "bench", "time a step of the founding case in every arithmetic, and print a table");
  bench_app->add_option("--only", bench.only, "arithmetics; may hold * and ?");
  auto* bench_format_option = table_format(bench_app, bench_format);
  bench_app->add_option("--out", bench.out, "write the table to this file; see --format");
  bench_app->add_option("--seconds", bench.seconds, "about how long all is measured (10)")
      ->check(CLI::Range(0.001, 1e6));
  bench_app->callback([&] {
    if (bench_format_option->count() > 0) bench.format = bench_format;
    result = bench_command(bench);
  });

  AdviseOptions advise;
  auto* advise_app = app.add_subcommand(
      "advise", "say what round-off can do to a study's cells, without training them");
  advise_app->add_option("STUDY", advise.study, "study file; every key's default without one");
  advise_app
      ->add_option("--set", advise.sets, "key=value over the study file; [a, b] makes an axis")
      ->expected(1)
      ->take_all();
  advise_app->add_option("--only", advise.only,
                         "cells where key=value,...; values may hold * and ?");
  advise_app->add_option("--gradient", advise.gradient,
                         "largest magnitude of a gradient (that of the first)");
  advise_app->add_option("--smallest-gradient", advise.smallest_gradient,
                         "smallest magnitude of one that is not zero (that of the first)");
  advise_app->add_option("--parameter", advise.parameter,
                         "largest magnitude of a parameter (that of the start)");
  advise_app->add_option("--curvature", advise.curvature,
                         "largest eigenvalue of the Hessian: bounds the sharpness");
  advise_app->add_flag("--json", advise.json, "print all of it as JSON");
  advise_app->add_flag("--predict", advise.predict,
                       "train up to the floor of the loss and say when it will climb");
  advise_app
      ->add_option("--compare", advise.compare,
                   "a folder of results: the onsets measured there beside those predicted")
      ->needs("--predict");
  advise_app->footer("Exit code 3 where there is a hazard; ulpscope list hazards has all of them.");
  advise_app->callback([&] { result = advise_command(advise); });

  std::string what;
  auto* list_app = app.add_subcommand("list", "show what there is");
  list_app->add_option("WHAT", what, one_of(list_names()))->required();
  list_app->callback([&] { result = list_command(what); });

  if (argc > 1 && argv[1][0] != '-') {
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands({})) commands.push_back(command->get_name());
    if (std::find(commands.begin(), commands.end(), argv[1]) == commands.end()) {
      throw InputError({"ulpscope", 0}, "",
                       "\"" + std::string(argv[1]) + "\": unknown command; expected one of " +
                           one_of(commands) + suggestion(argv[1], commands) +
                           "; for example ulpscope run studies/founding.toml");
    }
  }
  // Values of `round` may be negative anyway; what "--" says of them holds already.
  const auto dashes = std::find(argv, argv + argc, std::string_view("--"));
  if (dashes != argv + argc && argv[1] == std::string_view("round")) {
    std::rotate(dashes, dashes + 1, argv + argc);
    --argc;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_code::done : exit_code::bad_input;
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace ulpscope;
  // Plans and summaries of many cells are many small texts: memory is asked for in large pieces,
  // and not given back and asked for again.
  ::mallopt(M_TOP_PAD, 64 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 512 << 20);
  try {
    if (const auto fault = environment_fault()) {
      say("ulpscope: {}; results would not be reproducible\n", *fault);
      return exit_code::bad_input;
    }
    const int result = parse_and_run(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      throw std::runtime_error("standard output cannot be written");
    }
    return result;
  } catch (const InputError& error) {
    say("{}\n", error.what());
    return exit_code::bad_input;
  } catch (const std::exception& error) {
    say("ulpscope: {}\n", error.what());
    return exit_code::failed;
  }
}
