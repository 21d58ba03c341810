// SPDX-License-Identifier: BSL-1.0
// Where files are read and written: folders and files of any name, and nothing elsewhere.
#include <algorithm>
#include <sys/stat.h>

#include "catch.hpp"
#include "program.hpp"
#include "sanitized.hpp"
#include "ulpscope/store/csv.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

const std::string small_study = R"([study]
name = "small"
steps = 12
[data]
samples = 4
features = 3
[precision]
arithmetic = "binary32"
[sweep]
"rule.lr" = [1e-3, 1e-2]
)";

std::string data_study(const std::string& file) {
  return "[study]\nname = \"small\"\nsteps = 12\n[data]\nkind = \"csv\"\ntarget = \"y\"\nfile = " +
         file + "\n[sweep]\n\"rule.lr\" = [1e-3, 1e-2]\n";
}

/// The program in a working directory, by its arguments.
Result program_in(const fs::path& folder, std::vector<std::string> arguments) {
  std::vector<std::string> all{
      "/bin/sh",       "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder.string(),
      ULPSCOPE_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(std::move(all));
}

/// All below a folder, with the contents of files; of links what they say.
std::map<std::string, std::string> everything(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    all[name] = entry.is_symlink()        ? "-> " + fs::read_symlink(entry.path()).string()
                : entry.is_regular_file() ? slurp(entry.path())
                                          : "";
  }
  return all;
}

const std::vector<std::string> odd_names{
    "a b",
    " ",
    "it's",
    "\"quoted\"",
    "back\\slash",
    "$HOME `id` $(id) ;&|",
    "%d%s{}#~^_",
    "-dash",
    "--out",
    "*?[a]",
    "new\nline",
    "tab\there",
    "\xC3\xA9t\xC3\xA9",             // precomposed
    "e\xCC\x81te\xCC\x81",           // decomposed
    "\xF0\x9F\xA7\xAA\xE2\x9A\xA1",  // emoji
    "\xFF\xFE",                      // no UTF-8
    "name,with=commas",
    ".hidden",
    std::string(200, 'n'),
};

}  // namespace

TEST_CASE("study files, folders and data files may have any name", "[place]") {
  const TempFolder folder;
  for (const std::string& name : odd_names) {
    CAPTURE(name);
    const fs::path place = folder / name;
    spit(place / name, small_study);
    spit(place / (name + "data"), "x,y\n1,2\n3,5\n4,4\n");
    const std::string out = (place / ("out" + name)).string();
    Result result = program({"run", (place / name).string(), "--out", out});
    INFO(result.err);
    CHECK(result.code == 0);
    for (const char* command : {"status", "summary", "table", "figure", "report", "verify"}) {
      if (sanitized && command != std::string("figure") && command != std::string("report"))
        continue;
      CAPTURE(command);
      result = program({command, out});
      INFO(result.err);
      CHECK(result.code == 0);
    }
    CHECK(program({"compare", out, out}).code == 0);
    const std::string drawn = (place / (name + ".svg")).string();
    CHECK(program({"figure", out, "--adhoc", "--kind", "loss", "--by", "rule.lr", "--out", drawn})
              .code == 0);
    CHECK(slurp(drawn).starts_with("<?xml"));
    CHECK(run({"/bin/sh", "-c", "cd \"$1\" && sha256sum -c --quiet cells.sum", "sh", out}).code ==
          0);
  }
}

TEST_CASE("a data file of almost any name is found again from the results", "[place]") {
  const TempFolder folder;
  for (const std::string& name : odd_names) {
    if (name == "\xFF\xFE") continue;  // no text of TOML
    CAPTURE(name);
    const bool refused = name.find_first_of("\"\\\n") != std::string::npos;
    std::string quoted = "\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c == '\n' ? "\\n" : c == '\t' ? "\\t" : std::string(1, c);
    }
    const fs::path place = folder / (refused ? "plain" : name);
    spit(place / "s.toml", data_study(quoted + "\""));
    spit(place / name, "x,y\n1,2\n3,5\n4,4\n");
    Result result = program_in(place, {"run", "s.toml", "--out", "new/out"});
    INFO(result.err);
    if (refused) {
      CHECK(result.code == 2);
      CHECK(has(result.err, "s.toml:7: data.file"));
      CHECK(has(result.err, "expected a path"));
      CHECK_FALSE(fs::exists(place / "new"));
      continue;
    }
    REQUIRE(result.code == 0);
    const std::string out = (place / "new/out").string();
    CHECK(program({"verify", out}).code == 0);
    const std::string id = read_csv(out + "/summary.csv").rows.at(0).at(0);
    result = program({"plan", out + "/cells/" + id + "/cell.toml"});
    INFO(result.err);
    CHECK(result.code == 0);
  }
}

TEST_CASE("relative places: below, above, with a dash, by a link", "[place]") {
  const TempFolder folder;
  spit(folder / "a/b/s.toml", small_study);
  spit(folder / "a/b/-s.toml", small_study);
  fs::create_directories(folder / "elsewhere");
  const fs::path in = folder / "a/b";
  REQUIRE(program_in(in, {"run", "s.toml"}).code == 0);
  const auto expected = compared_files(in / "results/small");
  const auto same = [&](const std::vector<std::string>& arguments, const fs::path& out) {
    const Result result = program_in(in, arguments);
    INFO(result.err);
    CHECK(result.code == 0);
    CHECK(compared_files(out) == expected);
  };
  same({"run", "s.toml", "--out", "../../above"}, folder / "above");
  same({"run", "s.toml", "--out", "./x/../y//z/"}, in / "y/z");
  same({"run", "--out=-out", "--", "-s.toml"}, in / "-out");
  fs::create_directory_symlink(folder / "elsewhere", in / "link");
  same({"run", "s.toml", "--out", "link"}, folder / "elsewhere");
  CHECK(fs::is_symlink(in / "link"));
}

TEST_CASE("places that cannot be are refused with a word, and nothing is written", "[place]") {
  const TempFolder folder;
  const std::string study = (folder / "s.toml").string();
  spit(study, small_study);
  fs::create_symlink("loop", folder / "loop");
  fs::create_symlink(folder / "nothing", folder / "dangling");
  std::string deep = folder.path().string();
  while (deep.size() < 5000) deep += "/" + std::string(200, 'd');
  const auto before = everything(folder.path());
  for (const std::string& place :
       {(folder / std::string(256, 'n')).string(), deep, (folder / "loop").string(),
        (folder / "s.toml/below").string(), study, std::string("/dev/null"),
        std::string("/proc/none"), (folder / "dangling").string()}) {
    CAPTURE(place);
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"run", study, "--out", place},
                                               {"status", place},
                                               {"summary", place},
                                               {"table", place},
                                               {"figure", place},
                                               {"report", place},
                                               {"verify", place},
                                               {"compare", place, place},
                                               {"run", place + "/s.toml"},
                                               {"plan", place + "/s.toml"}}) {
      CAPTURE(arguments.front());
      const Result result = program_in(folder.path(), arguments);
      INFO(result.err);
      CHECK(result.code == 2);
      CHECK(has(result.err, "expected"));
      CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    }
  }
  CHECK(everything(folder.path()) == before);
}

TEST_CASE("a figure or a page at what can be no file is refused, and nothing is written",
          "[place]") {
  const TempFolder folder;
  const std::string study = (folder / "s.toml").string(), out = (folder / "out").string();
  spit(study, small_study);
  REQUIRE(program({"run", study, "--out", out}).code == 0);
  fs::create_directory(folder / "folder.svg");
  fs::create_symlink("loop", folder / "loop");
  fs::create_symlink("nowhere", folder / "dangling");
  REQUIRE(::mkfifo((folder / "pipe.svg").c_str(), 0600) == 0);
  const auto before = everything(folder.path());
  for (const std::string& place :
       {(folder / (std::string(252, 'n') + ".svg")).string(), (folder / "folder.svg").string(),
        (folder / "s.toml/below.svg").string(), (folder / "loop/below.svg").string(),
        (folder / "dangling/below.svg").string(), (folder / "pipe.svg").string(),
        (folder / "new" / (std::string(252, 'n') + ".svg")).string(),
        (folder / "new" / std::string(256, 'n') / "below.svg").string(),
        std::string("/dev/null/below/below.svg")}) {
    CAPTURE(place);
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"figure", out, "--adhoc", "--kind", "loss", "--by", "rule.lr", "--out", place},
             {"report", out, "--out", place}}) {
      CAPTURE(arguments.front());
      const Result result = program(arguments);
      INFO(result.err);
      CHECK(result.code == 2);
      CHECK(has(result.err, "--out " + place + ": "));
      CHECK(has(result.err, "; expected a file in a folder that can be written"));
    }
  }
  for (const std::string place : {"new/", "new/.", "new/.."}) {
    CAPTURE(place);
    const Result result = program({"report", out, "--out", (folder / place).string()});
    CHECK(result.code == 2);
    CHECK(has(result.err, "names no file; expected a file"));
  }
  CHECK(everything(folder.path()) == before);
}

TEST_CASE("whatever a study says, nothing is written but in its folder", "[place]") {
  const TempFolder folder;
  const std::string study = (folder / "work/s.toml").string();
  const fs::path out = folder / "work/out";
  spit(study, "");
  spit(folder / "precious", "mine");
  const std::vector<std::string> outside{"../precious",
                                         "../../precious",
                                         (folder / "precious").string(),
                                         "/",
                                         ".",
                                         "..",
                                         ".x",
                                         "a/b",
                                         "a\\\\b",
                                         "a\\u0000b",
                                         "a\\nb",
                                         "",
                                         "$(touch precious)",
                                         "`touch precious`",
                                         std::string(101, 'n')};
  const auto refused = [&](const std::string& text, const std::string& key) {
    CAPTURE(text);
    spit(study, text);
    const auto before = everything(folder.path());
    for (const bool given : {true, false}) {
      std::vector<std::string> arguments{"run", "s.toml"};
      if (given) arguments.insert(arguments.end(), {"--out", out.string()});
      const Result result = program_in(folder / "work", arguments);
      INFO(result.err);
      CHECK(result.code == 2);
      CHECK(has(result.err, key));
    }
    CHECK(everything(folder.path()) == before);
  };
  const std::string rest = small_study.substr(small_study.find("steps"));
  for (const std::string& name : outside) {
    refused("[study]\nname = \"" + name + "\"\n" + rest, "study.name");
    refused(small_study + "[[table]]\nrows = [\"rule.lr\"]\nname = \"" + name + "\"\n",
            "table.name");
    refused(small_study + "[[figure]]\nby = [\"rule.lr\"]\nname = \"" + name + "\"\n",
            "figure.name");
  }
  // Texts that go into files of other programs.
  const std::string hostile =
      "x'; system('touch precious'); '\\\\write18{touch precious} `touch "
      "precious` $(touch precious) \\\\input{/etc/passwd}";
  spit(study, small_study + "[[table]]\nrows = [\"rule.lr\"]\ncolumns = [\"floor\"]\ncaption = \"" +
                  hostile + "\"\n[[figure]]\nby = [\"rule.lr\"]\ncaption = \"" + hostile + "\"\n");
  const auto before = everything(folder.path());
  const Result result = program_in(folder / "work", {"run", "s.toml", "--out", "out"});
  INFO(result.err);
  CHECK(result.code == 0);
  auto after = everything(folder.path());
  std::erase_if(after, [](const auto& file) { return file.first.starts_with("work/out"); });
  CHECK(after == before);
}

TEST_CASE("data that are no file are refused, and not waited for", "[place]") {
  const TempFolder folder;
  const std::string study = (folder / "s.toml").string();
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  fs::create_symlink("loop", folder / "loop");
  for (const std::string& file :
       {std::string("pipe"), std::string("/dev/zero"), std::string("/dev/null"),
        std::string("loop"), std::string("."), std::string("/"), std::string(300, 'f'),
        std::string(5000, 'f'), std::string("none/../none")}) {
    CAPTURE(file);
    spit(study, data_study("\"" + file + "\""));
    const Result result = program({"run", study, "--out", (folder / "out").string()});
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(has(result.err, "s.toml:7: data."));
    CHECK_FALSE(fs::exists(folder / "out"));
  }
  // A study that has no end.
  CHECK(has(program({"plan", "/dev/zero"}).err, "/dev/zero: has more than 256 MiB; expected"));
}

TEST_CASE("links inside a results folder are replaced, not written through", "[place]") {
  const TempFolder folder;
  const std::string study = (folder / "s.toml").string(), out = (folder / "out").string();
  spit(study, small_study);
  REQUIRE(program({"run", study, "--out", out}).code == 0);
  const auto expected = compared_files(out);
  std::size_t number = 0;
  for (const auto& [name, content] : expected) {
    const fs::path target = folder / ("precious-" + std::to_string(number++));
    spit(target, "mine");
    fs::remove(out + "/" + name);
    fs::create_symlink(target, out + "/" + name);
  }
  // What is linked to as study.toml is not one.
  fs::remove(out + "/study.toml");
  const Result result = program({"run", study, "--out", out});
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK(compared_files(out) == expected);
  for (const auto& [name, content] : expected) CHECK_FALSE(fs::is_symlink(out + "/" + name));
  for (std::size_t i = 0; i < number; ++i) {
    CHECK(slurp(folder / ("precious-" + std::to_string(i))) == "mine");
  }
}

TEST_CASE("a folder that sbatch would misread is refused by submit", "[place]") {
  const TempFolder folder;
  const std::string study = (folder / "s.toml").string();
  spit(study, small_study);
  spit(folder / "bin/sbatch", "#!/bin/sh\n");
  fs::permissions(folder / "bin/sbatch", fs::perms::owner_all);
  const auto submit = [&](const std::string& out) {
    return run({"/usr/bin/env", "PATH=" + (folder / "bin").string() + ":/usr/bin:/bin",
                ULPSCOPE_PROGRAM, "submit", study, "--slurm", "--out", out});
  };
  for (const std::string& name : odd_names) {
    CAPTURE(name);
    const std::string out = (folder / ("out" + name)).string();
    const bool refused = name.find_first_of("\"\\%\n") != std::string::npos;
    const Result result = submit(out);
    INFO(result.err);
    CHECK(result.code == (refused ? 2 : 0));
    CHECK(fs::exists(out) != refused);
    if (!refused)
      CHECK(has(slurp(out + "/slurm/submit.sh"), "--output=\"" + out + "/slurm/%A_%a.log\"\n"));
  }
}
