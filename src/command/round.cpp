// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <system_error>
#include <unistd.h>

#include "commands.hpp"
#include "ulpscope/format/fields.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/keys.hpp"
#include "written.hpp"

namespace ulpscope {
namespace {

InputError bad_option(const std::string& problem, const std::string& example) {
  return InputError({"round", 0}, "", problem + "; for example ulpscope round " + example);
}

template <class Row>
const Row& row_named(const std::string& what, const std::string& name, const Row* rows,
                     std::size_t count, const std::string& example) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    if (rows[i].name == name) return rows[i];
    names.emplace_back(rows[i].name);
  }
  throw bad_option("\"" + name + "\": unknown " + what + "; expected one of " + one_of(names) +
                       suggestion(name, names),
                   example);
}

/// The spelling p<n> or p<n>e<n> nearest to a text that begins like one.
std::string nearest_spelling(std::string_view text) {
  const auto take = [&](long low, long high) {
    long number = low;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error == std::errc::result_out_of_range) number = high;
    return std::to_string(std::clamp(number, low, high));
  };
  text.remove_prefix(1);
  std::string spelling = "p" + take(1, widest_significand);
  if (text.empty() || (text[0] | 0x20) != 'e') return spelling;
  text.remove_prefix(1);
  return spelling + "e" + take(2, widest_exponent);
}

NamedFormat read_format(const std::string& name) {
  const Format carrier = Grid<double>::carrier;
  std::vector<std::string> names;
  for (const NamedFormat& row : formats()) names.push_back(row.name);
  const bool spelled = name.size() > 1 && (name[0] | 0x20) == 'p' &&
                       ((name[1] >= '0' && name[1] <= '9') || name[1] == '-');
  const auto format = find_format(name, carrier);
  const std::string example = "binary32 0.1 or ulpscope round p11e5 0.1";
  if (!format) {
    throw bad_option("\"" + name + "\": unknown format; expected one of " + one_of(names) +
                         ", or a spelling: p11e5, with 1 to " + std::to_string(widest_significand) +
                         " significand bits and 2 to " + std::to_string(widest_exponent) +
                         " exponent bits, or p11" +
                         (spelled ? "; did you mean \"" + nearest_spelling(name) + "\"?"
                                  : suggestion(name, names)),
                     example);
  }
  if (spelled && name.find('e') == std::string::npos && !holds(carrier, *format)) {
    throw bad_option("\"" + name + "\": its carrier, binary64, has " + std::to_string(carrier.p) +
                         " significand bits; expected at most so many; did you mean \"" + name +
                         "e15\"?",
                     "p53 0.1");
  }
  return {name, *format};
}

std::uint64_t read_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seed);
  if (error != std::errc() || end != last) {
    throw bad_option("--seed \"" + text + "\": expected a whole number from 0 to 2^64 - 1",
                     "bfloat16 --mode stochastic --seed 1 0.1");
  }
  return seed;
}

/// The format with the options' changes, mode and seed.
Rounding read_rounding(const RoundOptions& options, const Format& format) {
  Rounding rounding{format};
  rounding.mode =
      row_named("mode", options.mode, modes.data(), modes.size(), "binary32 --mode up 0.1").mode;
  const bool stochastic = rounding.mode == Mode::stochastic;
  const std::string seeded = "bfloat16 --mode stochastic --seed 1 0.1";
  if (stochastic && !options.seed) {
    throw bad_option("--mode stochastic: expected a --seed, which its random words come from",
                     seeded);
  }
  if (!stochastic && options.seed) {
    throw bad_option("--seed: expected together with --mode stochastic alone, as mode " +
                         options.mode + " draws nothing",
                     seeded);
  }
  if (options.seed) rounding.seed = read_seed(*options.seed);
  if (options.saturate) rounding.format.overflow = Overflow::largest;
  if (options.subnormals) {
    rounding.format.subnormals =
        row_named("--subnormals", *options.subnormals, subnormals_names.data(),
                  subnormals_names.size(), "binary16 --subnormals flushed 1e-7")
            .subnormals;
  }
  return rounding;
}

/// Whether x, rounded with exponents without an upper limit, is beyond the largest finite number.
bool overflows(const Fraction& x, const Rounding& rounding, std::uint64_t index) {
  Rounding unlimited = rounding;
  unlimited.format.emax = std::int64_t{1} << 40U;
  const Rounded free = round_written({Written::Kind::finite, x}, unlimited, index);
  const Format& format = rounding.format;
  if (free.significand == 0) return false;
  const std::int64_t leading = free.exponent + static_cast<std::int64_t>(msb(free.significand));
  const auto largest = (boost::multiprecision::cpp_int(1) << format.p) - 1 - format.top_codes;
  return leading > format.emax || (leading == format.emax && free.significand > largest);
}

/// What kind of number came out, and how.
std::string classified(const Written& x, const Rounded& rounded, const Rounding& rounding,
                       std::uint64_t index) {
  const Format& format = rounding.format;
  if (x.kind == Written::Kind::nan) return "NaN";
  std::string text = "normal";
  if (rounded.nan) {
    text = "NaN";
  } else if (rounded.infinite) {
    text = "infinity";
  } else if (rounded.significand == 0) {
    text = "zero";
  } else if (rounded.exponent + static_cast<std::int64_t>(msb(rounded.significand)) < format.emin) {
    text = "subnormal";
  }
  if (x.kind == Written::Kind::infinite) {
    return text + (rounded.infinite ? ", exact" : ", overflowed");
  }
  if (overflows(x.value, rounding, index)) return text + ", overflowed";
  const std::string error = relative_error(x.value, rounded);
  if (error == "0") return text + ", exact";
  if (rounded.significand == 0) return text + ", underflowed";
  return text + (error[0] == '-' ? ", rounded down" : ", rounded up");
}

/// A value and what is around it, one line each.
void show(const std::string& text, const NamedFormat& named, const Rounding& rounding,
          std::uint64_t index) {
  const Format& format = rounding.format;
  const Written x = read_written(text);
  const Rounded rounded = round_written(x, rounding, index);
  const int digits = static_cast<int>(std::ceil(1 + format.p * 0.30103));
  const auto line = [](const char* name, const std::string& value) {
    fmt::print("{:<16}{}\n", name, value);
  };
  // x87 is the one format whose leading bit is written.
  const bool leading_bit = named.name == "x87" && format.p == 64;
  const bool number = !rounded.nan && !rounded.infinite;
  const bool has_ulp =
      number && (rounded.significand != 0 || format.subnormals == Subnormals::kept);
  const bool infinite = x.kind == Written::Kind::infinite;
  const auto beside = [&](int direction) {
    const std::string next = neighbour(rounded, format, direction).hex();
    return next == rounded.hex() ? "-" : next;
  };
  const std::string inner = beside(-1), outer = beside(+1);
  std::string error = "-";
  if (x.kind == Written::Kind::finite && !rounded.nan) error = relative_error(x.value, rounded);
  if (infinite && rounded.infinite) error = "0";
  line("value", text);
  line(named.name.c_str(), rounded.decimal(digits));
  line("hexadecimal", rounded.hex());
  line("bits", bit_fields(rounded, format, leading_bit));
  line("ulp", has_ulp ? Rounded{false, false, 1, rounded.exponent}.hex() : "-");
  line("relative error", error);
  line("below", rounded.negative ? outer : inner);
  line("above", rounded.negative ? inner : outer);
  line("class", classified(x, rounded, rounding, index));
}

/// Calls f for each line of standard input, without its end, and `idle` whenever all that has
/// arrived is done: a program that waits for an answer before it writes on gets one.
template <class Line, class Idle>
void for_each_line(Line&& f, Idle&& idle) {
  std::string held;  // a line whose end has not arrived
  std::vector<char> block(std::size_t{1} << 18U);
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "standard input");
    if (got == 0) break;
    std::string_view rest(block.data(), static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
      if (held.empty()) {
        f(rest.substr(0, end));
      } else {
        f(std::string_view(held.append(rest.substr(0, end))));
        held.clear();
      }
      rest.remove_prefix(end + 1);
    }
    held += rest;
    idle();
  }
  if (!held.empty()) f(std::string_view(held));
  idle();
}

}  // namespace

int round_command(const RoundOptions& options) {
  const NamedFormat named = read_format(options.format);
  const Rounding rounding = read_rounding(options, named.format);
  const LiteralRounder literals(rounding);
  std::string out;
  std::uint64_t index = 0;
  const auto flush = [&] {
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
    out.clear();
  };
  const auto take = [&](std::string_view text, const char* source, bool lines) {
    try {
      if (options.hex) {
        literals.append(out, trimmed(text), index);
        out += '\n';
        if (out.size() > std::size_t{1} << 18U) flush();
      } else {
        if (index > 0) fmt::print("\n");
        show(std::string(trimmed(text)), named, rounding, index);
      }
    } catch (const std::invalid_argument& error) {
      flush();
      throw InputError({source, lines ? static_cast<int>(index + 1) : 0}, "", error.what());
    }
    ++index;
  };
  for (const std::string& value : options.values) {
    if (value.rfind("--", 0) == 0) {
      const std::vector<std::string> known{"--mode", "--seed", "--hex", "--saturate",
                                           "--subnormals"};
      const std::string name = value.substr(0, value.find('='));
      throw bad_option("\"" + name + "\": unknown option; expected one of " + one_of(known) +
                           suggestion(name, known),
                       "binary32 --hex 0.1");
    }
    try {
      read_written(trimmed(value));  // all of them before the first is printed
    } catch (const std::invalid_argument& error) {
      throw InputError({"round", 0}, "", error.what());
    }
  }
  for (const std::string& value : options.values) take(value, "round", false);
  if (options.values.empty()) {
    for_each_line([&](std::string_view line) { take(line, "standard input", true); }, flush);
  }
  flush();
  return exit_code::done;
}

}  // namespace ulpscope
