// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/data/dataset.hpp"
#include "ulpscope/format/option.hpp"
#include "ulpscope/format/role.hpp"
#include "ulpscope/format/spelling.hpp"
#include "ulpscope/model/model.hpp"
#include "ulpscope/probe/probe_list.hpp"
#include "ulpscope/rule/transform_options.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// What a section of a study file can be: a rule, a model, a kind of data; or, in sections that
/// have no `kind`, the section itself under an empty name.
struct Kind {
  /// The text of an option in a cell.
  using TextOf = std::function<std::string(std::string_view)>;

  std::string name;
  std::string summary;
  std::vector<OptionInfo> options;
  /// Why the values of its options do not go together, or nothing.
  std::string (*conflict)(const TextOf& text_of) = nullptr;
  /// Its options that change nothing beside the values of the others; a cell has them at their
  /// defaults, whatever is given.
  std::vector<Idle> (*idle)(const TextOf& text_of) = nullptr;
  /// A rule: which moments it keeps.
  std::vector<Role> (*moments)(const TextOf& text_of) = nullptr;
  /// A rule: whether its eps joins a root as the eps policies have it.
  bool joins_eps = false;
  /// A model: what it asks of its data, and why data of so many classes do not do, or nothing.
  Targets needs = Targets::none;
  std::string (*mismatch)(const TextOf& text_of, std::uint64_t classes) = nullptr;
  /// Data: their sizes, without reading values that need not be read. Throws DataError.
  Extent (*extent)(const TextOf& text_of) = nullptr;
  /// A schedule: why it does not go with this learning rate, or nothing.
  std::string (*conflict_with)(const TextOf& text_of, const Decimal& lr) = nullptr;
  /// A schedule: why it does not go with so many steps, or nothing.
  std::string (*conflict_with_steps)(const TextOf& text_of, std::uint64_t steps) = nullptr;

  const OptionInfo* find(std::string_view option) const;
};

/// A table of a study file whose keys belong to a cell's description.
struct Section {
  std::string name;
  std::vector<Kind> kinds;  ///< the first is the default

  bool has_kind() const { return !kinds.front().name.empty(); }
  const Kind* find(std::string_view kind) const;
  std::vector<std::string> kind_names() const;
};

/// The one list of keys that describe a cell, in the order in which they are written: built from
/// the lists of data, models and rules and from the options of the other sections.
const std::vector<Section>& sections();

/// Every key that some kind of some section has, `<section>.kind` and the parts of groups, such as
/// precision.second_moment.mode, included.
const std::vector<std::string>& all_keys();

/// The keys of [isolate], which describe no cell but make several of one.
const std::vector<OptionInfo>& isolate_options();

/// What [isolate] calls its cells, for tables, figures and selections; no part of a description.
namespace isolate_label {
inline const std::string way = "isolate.way";        ///< exact, all, only or all-but
inline const std::string role = "isolate.role";      ///< none, all, or the one singled out
inline const std::string format = "isolate.format";  ///< the coarse one; in the exact cell, its own
}  // namespace isolate_label
const std::vector<std::string>& labels();

/// The option that a key or a part of one names, of the first kind that has it; or nothing.
const OptionInfo* find_option(std::string_view key);

bool contains(const std::vector<std::string>& names, const std::string& name);

/// "a", "b" or "c".
std::string one_of(const std::vector<std::string>& names);

/// The value in the form that stands for all ways to write it. Throws InputError with the
/// option's expectation where the value does not meet it.
std::string checked(const std::string& key, const OptionInfo& option, const Value& value);

/// Keys with a meaning of their own.
namespace key {
inline const std::string steps = "study.steps";
inline const std::string arithmetic = "precision.arithmetic";
/// Where data are read from: a cell is known by what the file holds, not by its name.
inline const std::string data_file = "data.file";
inline const std::string data_sum = "data.sha256";
/// Not written of a cell in which nothing happens: descriptions are as they were without it.
inline const std::string intervention = "intervention.kind";
}  // namespace key

/// [study] and [record], as far as they describe a cell; [precision] has a header of its own.
struct StudyOptions {
  std::uint64_t steps = 6000;
  static auto options() {
    return std::tuple{Option{"steps", &StudyOptions::steps, "updates", positive_count}};
  }
};

/// [batch]
struct BatchOptions {
  std::string size = "all";
  std::string order = "shuffled";
  std::uint64_t seed = 1;

  std::vector<Idle> idle() const {
    if (size == "all") return {{"order", "size = 16"}, {"seed", "size = 16"}};
    if (order != "shuffled") return {{"seed", "order = \"shuffled\""}};
    return {};
  }

  static auto options() {
    return std::tuple{Option{"size", &BatchOptions::size, "samples that an update goes by",
                             positive_count, [] { return std::vector<std::string_view>{"all"}; }},
                      Option{"order",
                             &BatchOptions::order,
                             "of the samples in an epoch",
                             {},
                             [] {
                               return std::vector<std::string_view>{"shuffled", "sequential"};
                             }},
                      Option{"seed", &BatchOptions::seed, "of a shuffled order", seed64}};
  }
};

/// [[transform]]: what the gradient goes through, one after the other.
struct TransformList {
  TransformOptions first, second, third, fourth;

  static auto options() {
    return std::tuple{Option{"1", &TransformList::first, "the gradient's first change"},
                      Option{"2", &TransformList::second, "its second"},
                      Option{"3", &TransformList::third, "its third"},
                      Option{"4", &TransformList::fourth, "its last"}};
  }
  std::vector<TransformOptions> in_order() const { return {first, second, third, fourth}; }
};

/// [stop]
struct StopOptions {
  std::uint64_t patience = 0;
  Decimal tolerance = "0";

  std::vector<Idle> idle() const {
    if (patience > 0) return {};
    return {{"tolerance", "patience = 100"}};
  }

  static auto options() {
    return std::tuple{
        Option{"patience", &StopOptions::patience,
               "steps without a better loss after which a run ends, by the recorded losses with "
               "mini-batches; 0: never",
               any_count},
        Option{"tolerance", &StopOptions::tolerance, "by how much a better loss is below the best",
               non_negative}};
  }
};

struct RecordOptions {
  std::string every = "10";
  std::vector<std::string> probes{};
  std::string shadow = "second_moment";
  Decimal converged_level = "1e-11";
  Decimal onset_level = "1e-10";

  std::vector<Idle> idle() const {
    if (contains(probes, "shadow")) return {};
    return {{"shadow", "probes = [\"shadow\"]"}};
  }

  std::string conflict() const {
    if (onset_level >= converged_level) return {};
    return "onset_level < converged_level; a run would relapse as it converges; for example "
           "onset_level = 1e-10";
  }

  static auto options() {
    return std::tuple{
        Option{"every", &RecordOptions::every, "steps between trace rows", positive_count,
               [] { return std::vector<std::string_view>{"log"}; }},
        Option{
            "probes", &RecordOptions::probes, "what is recorded beside the loss", {}, probe_names},
        Option{"shadow",
               &RecordOptions::shadow,
               "the role that the probe shadow follows in wide arithmetic",
               {},
               [] {
                 return std::vector<std::string_view>{"first_moment", "second_moment"};
               }},
        Option{"converged_level", &RecordOptions::converged_level,
               "share of the initial loss below which a run counts as converged", positive},
        Option{"onset_level", &RecordOptions::onset_level,
               "share of the initial loss above which a converged run has relapsed", positive}};
  }
};

}  // namespace ulpscope
