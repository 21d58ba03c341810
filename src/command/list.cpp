// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>

#include "commands.hpp"
#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/format.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace {

void list_formats() {
  fmt::print("{:<10} {:>4} {:>12} {:>11}  {}\n", "name", "p", "emin", "emax", "subnormals");
  for (const Format& format : formats()) {
    fmt::print("{:<10} {:>4} {:>12} {:>11}  {}\n", format.name, format.p, format.emin, format.emax,
               format.subnormals ? "yes" : "no, flushed to zero");
  }
}

void list_arithmetics() {
  fmt::print("{:<10} {:>4}  {}\n", "name", "p", "why");
  for_each_arithmetic([]<class T>() {
    fmt::print("{:<10} {:>4}  {}\n", ArithmeticTraits<T>::name, significand_bits<T>,
               ArithmeticTraits<T>::why);
  });
}

void list_option(const std::string& indent, const OptionInfo& option) {
  fmt::print("{}{:<16} {:<12} {}; {}\n", indent, option.name, option.default_text, option.summary,
             option.expected);
}

void list_kinds(const Section& section) {
  for (const Kind& kind : section.kinds) {
    fmt::print("{:<10} {}\n", kind.name, kind.summary);
    for (const OptionInfo& option : kind.options) list_option("  ", option);
  }
}

void list_keys() {
  for (const Section& section : sections()) {
    if (section.has_kind()) {
      fmt::print("[{}]  kind = {}\n", section.name, one_of(section.kind_names()));
      list_kinds(section);
      continue;
    }
    fmt::print("[{}]\n", section.name);
    for (const OptionInfo& option : section.kinds.front().options) list_option("  ", option);
  }
}

void list_studies() {
  for (const std::filesystem::path folder : {"studies", ULPSCOPE_STUDIES}) {
    if (!std::filesystem::is_directory(folder)) continue;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      fmt::print("{:<34} {}\n", file.string(), read_study(file.string()).title);
    }
    return;
  }
}

}  // namespace

int list_command(const std::string& what) {
  const std::vector<std::string> lists{"formats", "arithmetics", "modes", "rules",
                                       "models",  "data",        "keys",  "studies"};
  if (what == "formats") {
    list_formats();
  } else if (what == "arithmetics") {
    list_arithmetics();
  } else if (what == "modes") {
    for (const ModeName& mode : modes) fmt::print("{}\n", mode.name);
  } else if (what == "keys") {
    list_keys();
  } else if (what == "studies") {
    list_studies();
  } else if (what == "rules" || what == "models" || what == "data") {
    const std::string name = what == "data" ? what : what.substr(0, what.size() - 1);
    for (const Section& section : sections()) {
      if (section.name == name) list_kinds(section);
    }
  } else {
    throw InputError({"list", 0}, "",
                     "\"" + what + "\": expected one of " + one_of(lists) +
                         suggestion(what, lists) + "; for example ulpscope list rules");
  }
  return exit_code::done;
}

}  // namespace ulpscope
