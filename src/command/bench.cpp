// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>

#include "commands.hpp"
#include "out_file.hpp"
#include "say.hpp"
#include "ulpscope/kernel/roofline.hpp"
#include "ulpscope/report/cells.hpp"
#include "ulpscope/report/quartiles.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/host.hpp"
#include "ulpscope/study/founding.hpp"
#include "ulpscope/study/trained.hpp"
#include "version.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t rounds = 9;
constexpr std::string_view reference = ArithmeticTraits<float>::name;

/// Mean seconds of a call, of as many as take so long, one at least; `more` says whether there is
/// another one. The clock is read seldom: after 1, 2, 4 calls and so on.
template <class F, class More>
double mean_seconds(double limit, F&& call, More&& more) {
  const double start = processor_seconds();
  double spent = 0;
  std::size_t calls = 0;
  do {
    const std::size_t until = 2 * calls + 1;
    for (; calls < until && (calls == 0 || more()); ++calls) call();
    spent = processor_seconds() - start;
  } while (spent < limit && more());
  return spent / static_cast<double>(calls);
}

/// The founding case in one arithmetic, timed for a while at a time, in turns with the others.
class Contender {
 public:
  Contender(std::string_view name, int significand)
      : name_(name), significand_(significand), cell_(founding_cell(name)) {}
  virtual ~Contender() = default;
  Contender(const Contender&) = delete;
  Contender& operator=(const Contender&) = delete;

  const std::string& name() const { return name_; }
  int significand() const { return significand_; }

  /// Mean seconds of a step; and of the least that it could cost, 0 where that is not known.
  virtual double step(double limit) = 0;
  virtual double least(double limit) = 0;

 protected:
  const Cell& cell() const { return cell_; }

 private:
  std::string name_;
  int significand_;
  Cell cell_;
};

template <class T>
class In final : public Contender {
 public:
  In() : Contender(ArithmeticTraits<T>::name, significand_bits<T>) {}

  /// Training begins anew after the founding study's steps, as it would go on to other numbers.
  double step(double limit) override {
    if (!training_ || t_ == steps_) {
      training_.emplace(cell());
      t_ = 0;
    }
    return mean_seconds(
        limit,
        [&] {
          training_->loss(t_);
          training_->update(++t_);
        },
        [&] { return t_ < steps_; });
  }

  double least(double limit) override {
    if constexpr (is_native<T>) {
      const auto forever = [] { return true; };
      const double reading = mean_seconds(
          limit, [&] { inputs_(), inputs_(); }, forever);
      const auto arithmetic = [&] { kernel::multiply_add_x87(2 * values()); };
      return significand_bits<T> == 64 ? std::max(reading, mean_seconds(limit, arithmetic, forever))
                                       : reading;
    } else {
      return 0;
    }
  }

 private:
  std::size_t values() const {
    const Extent& extent = cell().extent;
    return static_cast<std::size_t>(extent.samples * extent.features);
  }

  std::uint64_t steps_ = std::stoull(cell()[key::steps]);
  std::optional<Training<T>> training_;
  std::uint64_t t_ = 0;
  kernel::ReadBytes inputs_{values() * sizeof(T)};
};

/// The selected arithmetics, and the one that they are compared with.
std::vector<std::unique_ptr<Contender>> contenders(const std::string& only) {
  const Selection::Condition selected{key::arithmetic, only};
  std::vector<std::unique_ptr<Contender>> all;
  std::vector<std::string> names;
  bool any = false;
  for_each_arithmetic([&]<class T>() {
    const std::string name(ArithmeticTraits<T>::name);
    names.push_back(name);
    const bool chosen = only.empty() || selected.holds(name);
    any = any || chosen;
    if (chosen || name == reference) all.push_back(std::make_unique<In<T>>());
  });
  if (any) return all;
  throw InputError({"--only " + only, 0}, "",
                   "no such arithmetic; expected one of " + one_of(names) +
                       ", or a pattern of them" + suggestion(only, names) +
                       "; for example --only 'binary*'");
}

/// What is known of a contender in each round.
struct Times {
  std::vector<std::string> microseconds, ratios, shares;
};

std::vector<Times> measure(const std::vector<std::unique_ptr<Contender>>& all, double seconds) {
  const double turn = seconds / static_cast<double>(rounds * all.size());
  std::vector<Times> times(all.size());
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<double> steps, least;
    for (const auto& contender : all) {
      steps.push_back(contender->step(turn));
      least.push_back(contender->least(turn / 8));
    }
    // Arithmetics have an order in which the reference comes first.
    for (std::size_t i = 0; i < all.size(); ++i) {
      times[i].microseconds.push_back(fmt::format("{}", 1e6 * steps[i]));
      times[i].ratios.push_back(fmt::format("{}", steps[i] / steps.front()));
      if (least[i] > 0) times[i].shares.push_back(fmt::format("{}", least[i] / steps[i]));
    }
  }
  return times;
}

Table::Field field(const std::vector<std::string>& values) {
  const auto found = quartiles(values);
  if (!found) return {""};
  return {found->middle, found->low, found->high, found->count, found->count};
}

Table table_of(const std::vector<std::unique_ptr<Contender>>& all, const std::vector<Times>& times,
               const std::string& only) {
  using Kind = Column::Kind;
  Table table;
  table.columns = {{Kind::key, key::arithmetic, "arithmetic", {}},
                   {Kind::key, "significand_bits", "bits", {}},
                   {Kind::timing, "us_per_step", "step", {}, 3, "\\micro\\second"},
                   {Kind::timing, "ratio", "by " + std::string(reference), {}},
                   {Kind::timing, "roofline_share", "share of roofline", {}, 2}};
  table.blocks = {{"", 2}};
  table.collapsed = true;  // a line stands for several rounds
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Contender& contender = *all[i];
    if (!only.empty() && !Selection::Condition{key::arithmetic, only}.holds(contender.name())) {
      continue;
    }
    table.lines.push_back({{{contender.name()},
                            {std::to_string(contender.significand())},
                            field(times[i].microseconds),
                            field(times[i].ratios),
                            field(times[i].shares)},
                           {""}});
  }
  return table;
}

TableFormat format_of(const BenchOptions& options) {
  if (options.format) return *options.format;
  const std::string ending = fs::path(options.out).extension().string();
  for (const TableFormat format : table_formats) {
    if (table_ending(format) == ending) return format;
  }
  return TableFormat::markdown;
}

}  // namespace

int bench_command(const BenchOptions& options) {
  if (!options.out.empty()) require_file(options.out, "--out " + options.out, "cost.md");
  const auto all = contenders(options.only);
  say("{} rounds of {}, about {} s\n", rounds, counted(all.size(), "arithmetic"), options.seconds);
  const Table table = table_of(all, measure(all, options.seconds), options.only);

  Study study;
  study.name = "bench";
  TableSpec spec;
  spec.name = "cost";
  spec.caption = fmt::format(
      "A step of the founding case: median [quartiles] of {} rounds on {}, {}, built by {}. "
      "Roofline: reading the inputs twice; in x87 its multiplications and additions, if they take "
      "longer.",
      rounds, processor_text(), instruction_set(), compiler_text());
  const std::string text = table_text(table, spec, study, format_of(options));
  if (options.out.empty()) {
    fmt::print("{}", text);
  } else {
    write_file(fs::absolute(options.out), text);
    fmt::print("{}\n", options.out);
  }
  return exit_code::done;
}

}  // namespace ulpscope
