// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/precision.hpp"

#include <algorithm>
#include <tuple>

namespace ulpscope {

namespace {

constexpr std::string_view own = "arithmetic";  // an arithmetic's or role's own

template <class S, class B, class Field>
Field S::*in(Field B::*field) {
  return field;
}

template <class Row, std::size_t n>
std::vector<std::string_view> names_of(const std::array<Row, n>& rows) {
  std::vector<std::string_view> names;
  names.reserve(n);
  for (const Row& row : rows) names.push_back(row.name);
  return names;
}

std::vector<std::string_view> arithmetic_choices() {
  auto names = arithmetic_names();
  names.push_back(own);
  return names;
}

std::vector<std::string_view> format_choices() {
  std::vector<std::string_view> names;
  for (const NamedFormat& row : formats()) names.push_back(row.name);
  names.push_back(own);
  return names;
}

/// A carrier under which spelled formats are looked up where any will do.
constexpr Format any_carrier{53, -1022, 1023};

bool is_spelled(std::string_view text) {
  const auto format = find_format(text, any_carrier);
  return format && format->p >= 1;
}

constexpr Constraint significand{"a whole number from 1 to 335", "11", [](const Decimal& x) {
                                   return x.exponent() >= 0 && x >= "1" && x <= "335";
                                 }};
constexpr Constraint smallest_exponent{any_whole.expected, "-14", any_whole.holds};
constexpr Constraint largest_exponent{any_whole.expected, "15", any_whole.holds};

template <class S>
auto role_options() {
  return std::tuple{
      Option{"format",
             in<S>(&RoleOptions::format),
             "its numbers",
             {"a spelling such as p11e5 or p11", "bfloat16", nullptr},
             format_choices,
             is_spelled},
      Option{"p", in<S>(&RoleOptions::p), "significand bits in place of the format's", significand,
             [] { return std::vector<std::string_view>{"format"}; }},
      Option{"emin", in<S>(&RoleOptions::emin), "smallest exponent of a normal number",
             smallest_exponent, [] { return std::vector<std::string_view>{"format"}; }},
      Option{"emax", in<S>(&RoleOptions::emax), "largest exponent", largest_exponent,
             [] { return std::vector<std::string_view>{"format"}; }},
      Option{"subnormals",
             in<S>(&RoleOptions::subnormals),
             "what becomes of numbers below 2^emin",
             {},
             [] {
               auto names = names_of(subnormals_names);
               names.emplace_back("format");
               return names;
             }},
      Option{"saturate", in<S>(&RoleOptions::saturate), "overflow gives the largest number"},
      Option{"mode",
             in<S>(&RoleOptions::mode),
             "how values are rounded",
             {},
             [] { return names_of(modes); }},
      Option{"seed", in<S>(&RoleOptions::seed), "of stochastic rounding", seed64,
             [] { return std::vector<std::string_view>{"none"}; }},
      Option{"rounding",
             in<S>(&RoleOptions::rounding),
             "where the role is stored, or after every operation of its recurrence",
             {},
             [] {
               return std::vector<std::string_view>{"store", "every"};
             }}};
}

}  // namespace

auto RoleOptions::options() { return role_options<RoleOptions>(); }

auto SecondMomentOptions::options() {
  return std::tuple_cat(
      role_options<SecondMomentOptions>(),
      std::tuple{
          Option{"use",
                 &SecondMomentOptions::use,
                 "which one divides: as it is stored, or as it was computed",
                 {},
                 [] {
                   return std::vector<std::string_view>{"stored", "fresh"};
                 }},
          Option{"encoding", &SecondMomentOptions::encoding, "what is stored for it", {}, [] {
                   return names_of(encodings);
                 }}});
}

auto ParametersOptions::options() {
  return std::tuple_cat(role_options<ParametersOptions>(),
                        std::tuple{Option{"compensation",
                                          &ParametersOptions::compensation,
                                          "keeps what an update loses in the parameters",
                                          {},
                                          [] {
                                            return std::vector<std::string_view>{"none", "kahan"};
                                          }}});
}

std::string RoleOptions::conflict() const {
  if ((mode == "stochastic") != (seed != "none")) {
    return std::string(seed == "none" ? "stochastic rounding needs a seed"
                                      : "seed belongs to stochastic rounding") +
           "; for example { format = \"bfloat16\", mode = \"stochastic\", seed = 1 }";
  }
  if (emin != "format" && emax != "format" && std::stoll(emin) > std::stoll(emax)) {
    return "emin = " + emin + " is above emax = " + emax +
           "; for example { p = 11, emin = -14, emax = 15 }";
  }
  return {};
}

std::string SecondMomentOptions::conflict() const {
  if (rounding == "every" && encoding != "linear") {
    return "an encoding is of what is stored; expected rounding = \"store\", for example { format "
           "= \"bfloat16\", encoding = \"sqrt\" }";
  }
  if (rounding == "every" && use == "fresh") {
    return "after every operation there is no fresh value; expected rounding = \"store\", for "
           "example { format = \"bfloat16\", use = \"fresh\" }";
  }
  const bool formatless = (format == own || format == same_precision) && p == "format" &&
                          emin == "format" && emax == "format" && subnormals == "format" &&
                          !saturate;
  if (encoding == "block8" && !formatless) {
    return "block8 has codes of its own and no other format; for example { encoding = \"block8\" }";
  }
  return RoleOptions::conflict();
}

auto PrecisionOptions::options() {
  return std::tuple{
      Option{"arithmetic",
             &PrecisionOptions::arithmetic,
             "the type whose operations the model uses",
             {},
             arithmetic_names},
      Option{"rule_arithmetic",
             &PrecisionOptions::rule_arithmetic,
             "the type whose operations the rule uses",
             {},
             arithmetic_choices},
      Option{"data", &PrecisionOptions::data, role_list[0].summary},
      Option{"parameters", &PrecisionOptions::parameters, role_list[1].summary},
      Option{"activations", &PrecisionOptions::activations, role_list[2].summary},
      Option{"loss", &PrecisionOptions::loss, role_list[3].summary},
      Option{"gradient", &PrecisionOptions::gradient, role_list[4].summary},
      Option{"first_moment", &PrecisionOptions::first_moment, role_list[5].summary},
      Option{"second_moment", &PrecisionOptions::second_moment, role_list[6].summary},
      Option{"update", &PrecisionOptions::update, role_list[7].summary},
      Option{"hyperparameters", &PrecisionOptions::hyperparameters, role_list[8].summary},
      Option{"eps_policy", &PrecisionOptions::eps_policy, "how eps enters a denominator", {}, [] {
               return names_of(eps_policies);
             }}};
}

std::vector<OptionInfo> precision_options() { return describe_options<PrecisionOptions>(); }

std::vector<OptionInfo> switch_options() {
  std::vector<OptionInfo> all = precision_options();
  for (OptionInfo& option : all) {
    for (OptionInfo* one : {&option, option.parts.empty() ? nullptr : &option.parts.front()}) {
      if (!one) continue;
      one->default_text = same_precision;
      if (one->type == OptionType::group) continue;
      one->choices.emplace_back(same_precision);
      one->expected += ", \"" + std::string(same_precision) + "\"";
    }
  }
  return all;
}

namespace {

template <class Rows>
auto row_of(const Rows& rows, std::string_view name) {
  return *std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
}

Format arithmetic_format(const std::string& name) { return row_of(formats(), name).format; }

bool is_arithmetic(const std::string& name) {
  const auto names = arithmetic_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Resolver {
 public:
  Resolver(const std::function<std::string(std::string_view)>& text_of,
           const std::function<bool(std::string_view)>& has)
      : text_of_(text_of), has_(has) {}

  Precision resolve() {
    Precision precision;
    precision.arithmetic = text_of_("arithmetic");
    precision.rule_arithmetic = text_of_("rule_arithmetic");
    const bool widens = precision.rule_arithmetic == own;
    if (widens) precision.rule_arithmetic = precision.arithmetic;
    const Format model = arithmetic_format(precision.arithmetic);
    if (widens) precision.rule_arithmetic = widest(precision.arithmetic);
    const Format rule = arithmetic_format(precision.rule_arithmetic);
    const bool pinned = precision.rule_arithmetic != precision.arithmetic && widens;
    for (const RoleInfo& info : role_list) {
      const std::string name(info.name);
      if (!has_(name)) continue;
      std::optional<RoleFormat> format;
      if (given(name)) {
        format = role_format(name, info.of_rule ? precision.rule_arithmetic : precision.arithmetic,
                             info.of_rule);
      }
      if (!info.of_rule) precision.model[info.role] = format;
      if (info.of_rule || info.role == Role::gradient) {
        if (!format && pinned) format = RoleFormat{{model}, true};
        // A rule coarser than the gradient's format rounds what it adds by itself.
        if (format && holds(rule, format->rounding.format)) precision.rule[info.role] = format;
      }
    }
    if (has_("eps_policy")) {
      precision.rule.eps_policy = row_of(eps_policies, text_of_("eps_policy")).policy;
    }
    if (precision.rule.eps_policy == EpsPolicy::wide_denominator) require_wide(precision);
    return precision;
  }

 private:
  bool given(const std::string& role) const { return text_of_(role) != own; }
  std::string part(const std::string& role, const char* name) const {
    return text_of_(role + "." + name);
  }

  /// The widest arithmetic that a role of the rule names, if wider than the model's.
  std::string widest(const std::string& arithmetic) const {
    std::string widest = arithmetic;
    for (const RoleInfo& info : role_list) {
      const std::string name(info.name);
      if (!info.of_rule || !has_(name) || !given(name)) continue;
      const std::string format = part(name, "format");
      if (is_arithmetic(format) && !holds(arithmetic_format(widest), arithmetic_format(format)) &&
          holds(arithmetic_format(format), arithmetic_format(arithmetic))) {
        widest = format;
      }
    }
    return widest;
  }

  RoleFormat role_format(const std::string& role, const std::string& arithmetic,
                         bool of_rule) const {
    const Format carrier = arithmetic_format(arithmetic);
    const std::string spelled = part(role, "format");
    Format format = spelled == own ? carrier : *find_format(spelled, carrier);
    const auto number = [&](const char* name, auto& value) {
      const std::string text = part(role, name);
      if (text != "format") value = static_cast<std::decay_t<decltype(value)>>(std::stoll(text));
    };
    number("p", format.p);
    number("emin", format.emin);
    number("emax", format.emax);
    if (part(role, "subnormals") != "format") {
      format.subnormals = row_of(subnormals_names, part(role, "subnormals")).subnormals;
    }
    if (part(role, "saturate") == "true") format.overflow = Overflow::largest;
    if (format.emin > format.emax) {
      throw PrecisionError(role, "emin = " + std::to_string(format.emin) +
                                     " is above emax = " + std::to_string(format.emax) +
                                     "; for example { p = 11, emin = -14, emax = 15 }");
    }
    if (!holds(carrier, format)) throw PrecisionError(role, too_wide(format, arithmetic, of_rule));
    RoleFormat result{{format, row_of(modes, part(role, "mode")).mode}};
    if (part(role, "seed") != "none") result.rounding.seed = std::stoull(part(role, "seed"));
    result.every = part(role, "rounding") == "every";
    if (role == "second_moment") {
      result.fresh = part(role, "use") == "fresh";
      result.encoding = row_of(encodings, part(role, "encoding")).encoding;
    }
    if (role == "parameters") result.compensated = part(role, "compensation") == "kahan";
    if (role == "hyperparameters" && result.rounding.mode == Mode::stochastic) {
      throw PrecisionError(role,
                           "hyperparameters are rounded once for all; expected a mode that draws "
                           "nothing, for example { format = \"bfloat16\" }");
    }
    return result;
  }

  static std::string too_wide(const Format& format, const std::string& arithmetic, bool of_rule) {
    const Format carrier = arithmetic_format(arithmetic);
    const auto shown = [](const Format& f) {
      return "p = " + std::to_string(f.p) + ", emin = " + std::to_string(f.emin) +
             ", emax = " + std::to_string(f.emax);
    };
    std::string text = shown(format) + " does not fit " + arithmetic + " (" + shown(carrier) +
                       "); expected a format that does, for example { format = \"p" +
                       std::to_string(std::min(format.p, carrier.p)) + "\" }, or a wider ";
    for (const std::string_view name : arithmetic_names()) {
      if (holds(arithmetic_format(std::string(name)), format)) {
        return text + (of_rule ? "rule_arithmetic" : "arithmetic") + " such as \"" +
               std::string(name) + "\"";
      }
    }
    return text + "arithmetic, which there is none";
  }

  static void require_wide(const Precision& precision) {
    const Format arithmetic = arithmetic_format(precision.rule_arithmetic);
    for (const Role role : {Role::update, Role::hyperparameters}) {
      const auto& format = precision.rule[role];
      if (format && format->rounding.format != arithmetic) return;
    }
    throw PrecisionError("eps_policy",
                         "\"wide-denominator\" needs a format of update or hyperparameters that is "
                         "narrower than the rule's arithmetic; for example update = { format = "
                         "\"binary16\", rounding = \"every\" } with rule_arithmetic = "
                         "\"binary32\"");
  }

  const std::function<std::string(std::string_view)>& text_of_;
  const std::function<bool(std::string_view)>& has_;
};

}  // namespace

Precision resolve_precision(const std::function<std::string(std::string_view)>& text_of,
                            const std::function<bool(std::string_view)>& has) {
  return Resolver(text_of, has).resolve();
}

}  // namespace ulpscope
