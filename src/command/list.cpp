// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>

#include "commands.hpp"
#include "studies.hpp"
#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/hazard.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {
namespace {

/// A positive number: as it is where that is short, else to four significant digits. By logarithm
/// where the exponent has millions: a double's 53 bits leave a number below 2^32 its fraction to
/// six digits.
std::string rough(const Rounded& x) {
  const auto significand = static_cast<double>(x.significand);
  if (std::abs(x.exponent) < 20) {
    std::string plain = fmt::format("{}", std::ldexp(significand, static_cast<int>(x.exponent)));
    if (plain.size() < 9) return plain;
  }
  if (std::abs(x.exponent) < 20000) return x.decimal(4);
  const double log =
      (std::log2(significand) + static_cast<double>(x.exponent)) * 0.30102999566398120;
  const double power = std::floor(log);
  return fmt::format("{:.3f}e{:+}", std::pow(10, log - power), static_cast<std::int64_t>(power));
}

void list_formats() {
  const auto row = [](const auto&... field) {
    fmt::print("{:<10} {:>4} {:>12} {:>11} {:>16} {:>17}  {:<10} {:<8} {:<3}  {}\n", field...);
  };
  const auto yes = [](bool has) { return has ? "yes" : "no"; };
  row("name", "p", "emin", "emax", "largest finite", "smallest positive", "subnormals", "infinity",
      "NaN", "overflow gives");
  for (const auto& [name, f] : formats()) {
    const auto kind = std::find_if(
        subnormals_names.begin(), subnormals_names.end(),
        [kind = f.subnormals](const SubnormalsName& named) { return named.subnormals == kind; });
    const Rounded zero = exact_round({}, f, Mode::nearest_even);
    row(name, f.p, f.emin, f.emax, rough(neighbour({false, true}, f, -1)),
        rough(neighbour(zero, f, +1)), kind->name, yes(f.overflow == Overflow::infinity),
        yes(f.nan),
        f.overflow == Overflow::infinity ? "infinity"
        : f.overflow == Overflow::nan    ? "NaN"
                                         : "the largest");
  }
  fmt::print(
      "\np significand bits, the hidden one included; emin and emax are exponents of the leading "
      "bit.\n"
      "Further formats are spelled: p11e5 has 11 significand bits and 5 exponent bits, as IEEE 754 "
      "would\nhave them (1 to {} and 2 to {}); p11 has 11 and is as wide in range as its "
      "carrier.\n",
      widest_significand, widest_exponent);
}

void list_arithmetics() {
  fmt::print("{:<10} {:>4}  {}\n", "name", "p", "why");
  for_each_arithmetic([]<class T>() {
    fmt::print("{:<10} {:>4}  {}\n", ArithmeticTraits<T>::name, significand_bits<T>,
               ArithmeticTraits<T>::why);
  });
}

/// A group shows its parts below it.
void list_option(const std::string& indent, const OptionInfo& option) {
  const std::string expected = option.expected.empty() ? "" : "; " + option.expected;
  fmt::print("{}{:<{}} {:<12} {}{}\n", indent, option.name, 18 - indent.size(),
             option.default_text.empty() ? "-" : option.default_text, option.summary, expected);
  for (const OptionInfo& part : option.parts) list_option(indent + "  ", part);
}

void list_kinds(const Section& section) {
  for (const Kind& kind : section.kinds) {
    fmt::print("{:<10} {}\n", kind.name, kind.summary);
    for (const OptionInfo& option : kind.options) list_option("  ", option);
  }
}

template <class Spec>
void list_report_keys(const std::string& table, const std::vector<ReportKey<Spec>>& keys) {
  fmt::print("[[{}]]\n", table);
  for (const auto& key : keys) {
    std::string what = key.summary;
    if (!key.kinds.empty()) what += "; of kind " + one_of(key.kinds);
    if (!key.choices.empty()) what += "; " + one_of(key.choices);
    fmt::print("  {} = {}  {}\n", key.name, key.example, what);
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
    for (OptionInfo option : section.kinds.front().options) {
      // What all roles have stands once, in `list roles`.
      if (section.name == "precision" || section.name == "switch") option.parts.clear();
      list_option("  ", option);
    }
  }
  fmt::print("[isolate]\n");
  for (const OptionInfo& option : isolate_options()) list_option("  ", option);
  fmt::print("  labels of its cells: {}\n", one_of(labels()));
  list_report_keys("table", table_keys());
  list_report_keys("figure", figure_keys());
  fmt::print("A role takes a format or a table of parts: see ulpscope list roles.\n");
}

/// The roles, then the parts that all of them have, then what some have beside these.
void list_roles() {
  std::vector<std::string> common;
  for (const Section& section : sections()) {
    if (section.name != "precision") continue;
    const auto& options = section.kinds.front().options;
    for (const OptionInfo& option : options) {
      if (!option.parts.empty()) fmt::print("{:<18} {}\n", option.name, option.summary);
    }
    fmt::print(
        "\nparts, for example second_moment = {{ format = \"p10\", mode = \"toward-zero\" }}\n");
    for (const OptionInfo& option : options) {
      if (option.parts.empty()) continue;
      const bool first = common.empty();
      bool named = first;
      for (const OptionInfo& part : option.parts) {
        if (std::find(common.begin(), common.end(), part.name) != common.end()) continue;
        if (!named) fmt::print("{} alone\n", option.name);
        named = true;
        list_option("  ", part);
        if (first) common.push_back(part.name);
      }
    }
  }
}

void list_transforms() {
  fmt::print(
      "[[transform]]  each a change of the gradient, in this order; keys transform.1.<part>, "
      "...\n");
  for (const OptionInfo& part : find_option("transform.1")->parts) list_option("  ", part);
}

void list_hazards() {
  for (const HazardInfo& hazard : hazard_list) {
    const std::string study =
        hazard.study.empty() ? "" : fmt::format("; see studies/{}.toml", hazard.study);
    fmt::print("{:<18} {}; {}{}\n", hazard.name, hazard.summary, hazard.formula, study);
  }
}

void list_probes() {
  for (const ProbeInfo& probe : probe_list) {
    fmt::print("{:<10} {}\n", probe.name, probe.summary);
    for (const std::string_view column : probe.columns()) fmt::print("  {}\n", column);
  }
}

void list_studies() {
  const auto files = shipped_studies();
  std::size_t width = 0;
  for (const auto& file : files) width = std::max(width, file.string().size());
  for (const auto& file : files) {
    fmt::print("{:<{}}  {}\n", file.string(), width, read_study(file.string()).title);
  }
}

}  // namespace

std::vector<std::string> list_names() {
  return {"formats", "arithmetics", "modes",         "roles",  "rules",   "schedules", "transforms",
          "models",  "data",        "interventions", "probes", "hazards", "keys",      "studies"};
}

int list_command(const std::string& what) {
  if (what == "formats") {
    list_formats();
  } else if (what == "arithmetics") {
    list_arithmetics();
  } else if (what == "modes") {
    for (const ModeName& mode : modes) fmt::print("{}\n", mode.name);
  } else if (what == "roles") {
    list_roles();
  } else if (what == "probes") {
    list_probes();
  } else if (what == "hazards") {
    list_hazards();
  } else if (what == "keys") {
    list_keys();
  } else if (what == "studies") {
    list_studies();
  } else if (what == "transforms") {
    list_transforms();
  } else if (what == "rules" || what == "schedules" || what == "models" || what == "data" ||
             what == "interventions") {
    const std::string name = what == "data" ? what : what.substr(0, what.size() - 1);
    for (const Section& section : sections()) {
      if (section.name == name) list_kinds(section);
    }
  } else {
    throw InputError({"list", 0}, "",
                     "\"" + what + "\": expected one of " + one_of(list_names()) +
                         suggestion(what, list_names()) + "; for example ulpscope list rules");
  }
  return exit_code::done;
}

}  // namespace ulpscope
