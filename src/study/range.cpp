// SPDX-License-Identifier: BSL-1.0
#include "range.hpp"

#include <algorithm>
#include <optional>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace {

using boost::multiprecision::cpp_int;

const std::vector<std::string> range_parts{"from", "to", "step", "log", "as"};
const std::string step_example = "{ from = 1, to = 5, step = 1 }";
const std::string log_example = "{ from = 1e-5, to = 1e-1, log = 9 }";

struct Number {
  Value value;
  Decimal decimal;
  bool whole() const { return value.kind == Value::Kind::integer; }
};

cpp_int power_of_ten(std::int64_t exponent) {
  return boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(exponent));
}

/// The number in units of 10^exponent, which is none of its digits' above.
cpp_int in_units(const Decimal& number, std::int64_t exponent) {
  const cpp_int magnitude = cpp_int(number.digits()) * power_of_ten(number.exponent() - exponent);
  return number.negative() ? -magnitude : magnitude;
}

/// As one would write it: 3.16e-5, where the canonical text is 316e-7.
std::string readable(const Decimal& number) {
  std::string canonical = number.canonical();
  const std::string& digits = number.digits();
  if (digits.size() == 1 || canonical.find('e') == std::string::npos) return canonical;
  const auto power = number.exponent() + static_cast<std::int64_t>(digits.size()) - 1;
  return (number.negative() ? "-" : "") + digits.substr(0, 1) + "." + digits.substr(1) + "e" +
         std::to_string(power);
}

class Range {
 public:
  Range(const Document& document, const std::string& key, const toml::table& table)
      : key_(key), place_(document.place(table)) {
    for (const auto& [name, node] : in_order(table)) {
      if (!contains(range_parts, name)) {
        throw error(
            document.place(*node),
            concatenated({"\"", name, "\" is no part of a range; expected ", one_of(range_parts),
                          suggestion(name, range_parts), "; for example ", log_example}));
      }
      written_.push_back({name, document.value(concatenated({"sweep.", key, ".", name}), *node)});
    }
  }

  Axis axis() const {
    Axis axis{key_, {}, place_, written_};
    const bool log = find("log") != nullptr;
    if (log == (find("step") != nullptr)) {
      throw error(place_, "expected a range with step or log, one of them; for example " +
                              step_example + " or " + log_example);
    }
    for (std::string& text : log ? in_logarithm() : in_steps()) axis.values.push_back(value(text));
    return axis;
  }

 private:
  InputError error(const Place& place, const std::string& problem) const {
    return {place, "sweep." + key_, problem};
  }

  const Value* find(const std::string& name) const {
    const auto at = std::find_if(written_.begin(), written_.end(),
                                 [&](const Assignment& part) { return part.key == name; });
    return at == written_.end() ? nullptr : &at->value;
  }

  Number number(const std::string& name) const {
    const Value* value = find(name);
    if (!value) {
      throw error(place_, "a range without " + name + "; for example " +
                              (find("log") ? log_example : step_example));
    }
    try {
      return {*value, Decimal(value->text)};
    } catch (const std::invalid_argument&) {
      throw error(value->place, name + " = \"" + value->text +
                                    "\": expected a number; for example " +
                                    (find("log") ? log_example : step_example));
    }
  }

  /// A value of the axis: the number, or the text of `as` with the number in place of {}.
  Value value(const std::string& number) const {
    const Value* as = find("as");
    if (!as) {
      const bool whole = number.find_first_of(".e") == std::string::npos;
      return {whole ? Value::Kind::integer : Value::Kind::real, number, place_};
    }
    const std::size_t at = as->text.find("{}");
    if (as->kind != Value::Kind::text || at == std::string::npos ||
        as->text.find("{}", at + 2) != std::string::npos) {
      throw error(as->place,
                  "as: expected a text with one {}, where the number stands; for example "
                  "{ from = 4, to = 24, step = 1, as = \"p{}\" }");
    }
    return {Value::Kind::text, std::string(as->text).replace(at, 2, number), place_};
  }

  std::vector<std::string> in_steps() const {
    const Number from = number("from"), to = number("to"), step = number("step");
    const std::int64_t unit =
        std::min({from.decimal.exponent(), to.decimal.exponent(), step.decimal.exponent()});
    const cpp_int first = in_units(from.decimal, unit);
    const cpp_int by = in_units(step.decimal, unit);
    const cpp_int way = in_units(to.decimal, unit) - first;
    const bool whole = from.whole() && to.whole() && step.whole();
    const auto text = [&](const cpp_int& units) {
      if (whole) return cpp_int(units * power_of_ten(unit)).str();
      return readable(units.str() + "e" + std::to_string(unit));
    };
    const auto range_to = [&](const std::string& end) {
      return "{ from = " + from.value.text + ", to = " + end + ", step = " + step.value.text + " }";
    };
    if (by == 0 || (way != 0 && (way < 0) != (by < 0))) {
      throw error(step.value.place, "step = " + step.value.text + " does not lead from " +
                                        from.value.text + " to " + to.value.text +
                                        "; expected a step " + (way < 0 ? "< 0" : "> 0") +
                                        "; for example " + step_example);
    }
    const cpp_int steps = way / by;
    if (steps >= cell_limit) throw too_many();
    if (steps * by != way) {
      const std::string before = text(first + steps * by);
      const std::string after = text(first + (steps + 1) * by);
      throw error(to.value.place, "to = " + to.value.text + " is not reached in steps of " +
                                      step.value.text + " from " + from.value.text +
                                      "; expected to = " + before + " or " + after +
                                      "; for example " + range_to(after));
    }
    std::vector<std::string> texts;
    cpp_int units = first;
    for (cpp_int k = 0; k <= steps; ++k, units += by) texts.push_back(text(units));
    return texts;
  }

  /// Each value is the power's nearest of three significant digits, or of as many more as make
  /// ten of these between neighbours; of keys that take whole numbers the nearest whole number.
  std::vector<std::string> in_logarithm() const {
    const Number from = number("from"), to = number("to"), log = number("log");
    if (!log.whole() || log.decimal < "2") {
      throw error(log.value.place, "log = " + log.value.text +
                                       ": expected how many values, a whole number from 2 on; for "
                                       "example " +
                                       log_example);
    }
    for (const Number* end : {&from, &to}) {
      if (end->decimal > "0") continue;
      throw error(end->value.place,
                  end->value.text + ": expected a number > 0; for example " + log_example);
    }
    if (from.decimal == to.decimal) {
      throw error(to.value.place, "expected from and to to differ; for example " + log_example);
    }
    if (log.decimal > std::to_string(cell_limit)) throw too_many();
    const auto count = static_cast<std::size_t>(in_units(log.decimal, 0));
    const Dec50 start = from_decimal<Dec50>(from.decimal);
    const Dec50 ratio = exp(Dec50((boost::multiprecision::log(from_decimal<Dec50>(to.decimal)) -
                                   boost::multiprecision::log(start)) /
                                  (count - 1)));
    const bool whole = takes_whole_numbers() && from.whole() && to.whole();
    const Dec50 apart = (ratio > 1 ? ratio : Dec50(1 / ratio)) - 1;
    std::streamsize digits = 3;
    for (Dec50 ten = Dec50(1) / 10; ten > apart; ten /= 10) ++digits;

    std::vector<std::string> texts{end_text(from, whole)};
    Dec50 power = start;
    for (std::size_t k = 1; k + 1 < count; ++k) {
      power *= ratio;
      texts.push_back(whole ? power.str(0, std::ios_base::fixed)
                            : readable(power.str(digits - 1, std::ios_base::scientific)));
    }
    texts.push_back(end_text(to, whole));
    const auto twice = std::adjacent_find(texts.begin(), texts.end());
    if (twice != texts.end()) {
      throw error(log.value.place, "log = " + log.value.text + " gives " + *twice +
                                       " twice, as values are whole numbers here; expected fewer "
                                       "values; for example { from = " +
                                       from.value.text + ", to = " + to.value.text +
                                       ", step = 1 }");
    }
    return texts;
  }

  static std::string end_text(const Number& end, bool whole) {
    if (!whole) return readable(end.decimal);
    return in_units(end.decimal, 0).str();
  }

  /// Also where a text is made of the number, as p10 is.
  bool takes_whole_numbers() const {
    const OptionInfo* option = find_option(key_);
    return find("as") || (option && option->type != OptionType::real);
  }

  InputError too_many() const {
    return error(place_, "makes more than " + std::to_string(cell_limit) + " values");
  }

  const std::string& key_;
  Place place_;
  std::vector<Assignment> written_;
};

}  // namespace

bool is_range(const toml::table& table) {
  return std::any_of(range_parts.begin(), range_parts.end(),
                     [&](const std::string& part) { return table.contains(part); });
}

Axis range_axis(const Document& document, const std::string& key, const toml::table& table) {
  return Range(document, key, table).axis();
}

}  // namespace ulpscope
