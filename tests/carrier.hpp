// SPDX-License-Identifier: BSL-1.0
#pragma once

// Values of a carrier at which rounding into a format may go wrong.
#include <random>

#include "mpfr.hpp"
#include "ulpscope/format/unrounded.hpp"

namespace ulpscope::test {

/// Draws values of T aimed at a format: on, next to and between the borders of its modes, in the
/// middle of its range and at its limits.
template <class T>
class Aimed {
 public:
  using Integer = boost::multiprecision::cpp_int;
  static constexpr int P = significand_bits<T>;

  explicit Aimed(const Format& format, std::uint64_t seed = 41)
      : format_(format), generator_(seed) {}

  /// A border of rounding with this word, or near one by some last bits of T, or anything.
  T any(std::uint32_t word) {
    const std::int64_t e = exponent();
    // So many bits are dropped there.
    const std::int64_t lost =
        std::clamp<std::int64_t>(unit_exponent(format_, e) - (e - P + 1), 0, P + 3);
    Integer s = random(P);
    if (below(6) == 0) s = (Integer(1) << P) - 1;
    if (below(6) == 0) s = Integer(1) << (P - 1);
    const auto drop = static_cast<unsigned>(lost);
    const Integer unit = Integer(1) << drop;
    Integer rest = s % unit;
    switch (below(6)) {
      case 0: rest = 0; break;
      case 1: rest = unit / 2; break;
      case 2: rest = drop >= 32 ? Integer(word) << (drop - 32) : rest; break;
      case 3: rest = drop >= 32 ? (Integer(word) + 1) << (drop - 32) : rest; break;
      default: break;
    }
    s = s / unit * unit + rest;
    // On it, or beside it: one bit far down, at a place that varies.
    const Integer off = Integer(1) << below(below(2) ? 1 : std::max(1, static_cast<int>(drop)));
    if (below(3) == 0) s += off;
    if (below(3) == 0 && s > off) s -= off;
    if (s == 0) s = 1;
    return value(below(2) == 0, s, e - P + 1);
  }

  /// significand 2^exponent rounded to T in any way: which of T's numbers it is does not matter.
  T value(bool negative, Integer significand, std::int64_t exponent) {
    const int excess = static_cast<int>(msb(significand)) + 1 - P;
    if (excess > 0) {
      significand >>= excess;
      exponent += excess;
    }
    using std::ldexp;
    T magnitude(0);
    if constexpr (is_native<T>) {
      magnitude = ldexp(static_cast<T>(significand), static_cast<int>(exponent));
    } else {
      magnitude = ldexp(T(significand), static_cast<int>(exponent));
    }
    return negative ? T(-magnitude) : magnitude;
  }

  /// An exponent of a leading bit that T and, more or less, the format have.
  std::int64_t exponent() {
    const Format own = own_format<T>();
    std::int64_t e = static_cast<std::int64_t>(below(60)) - 30;
    if (below(3) == 0) e = format_.emax + 1 - below(4);
    if (below(3) == 0) e = format_.emin + 3 - below(format_.p + 8);
    const std::int64_t lowest =
        own.subnormals == Subnormals::kept ? own.emin - own.p + 1 : own.emin;
    return std::clamp(e, lowest, own.emax);
  }

  Integer random(int bits) {
    Integer all = 0;
    for (int have = 0; have < bits; have += 64) all = (all << 64) | generator_();
    all >>= (bits + 63) / 64 * 64 - bits;
    bit_set(all, static_cast<unsigned>(bits - 1));
    return all;
  }
  int below(int n) { return static_cast<int>(generator_() % static_cast<unsigned>(n)); }
  /// The last and first words, and others.
  std::uint32_t word() {
    switch (below(8)) {
      case 0: return 0;
      case 1: return 0xFFFFFFFFU;
      case 2: return 0xFFFFFFFEU;
      case 3: return 0x80000000U;
      case 4: return 0x7FFFFFFFU;
      default: return static_cast<std::uint32_t>(generator_());
    }
  }

 private:
  Format format_;
  std::mt19937_64 generator_;
};

/// The formats of a list that T has, and its own ones of p = P, P - 1, ... in its range or less.
template <class T>
std::vector<NamedFormat> formats_within(const std::vector<NamedFormat>& list) {
  std::vector<NamedFormat> all;
  const Format own = own_format<T>();
  const auto take = [&](const std::string& name, const Format& format) {
    if (format.p >= 1 && holds(own, format)) all.push_back({name, format});
  };
  for (const auto& [name, format] : list) take(name, format);
  constexpr int P = significand_bits<T>;
  for (const int p : {P, P - 1, P - 2, P - 31, P - 32, P - 33, P / 2, (P - 2) / 2}) {
    for (const Subnormals kind : {Subnormals::kept, Subnormals::flushed, Subnormals::rounded}) {
      Format format = own;
      format.p = p;
      format.subnormals = kind;
      const std::string name = "p" + std::to_string(p) + " " + std::to_string(int(kind));
      take(name + " full range", format);
      format.emin = kind == Subnormals::kept ? own.emin + P : own.emin + 1;
      take(name + " nearly full range", format);
      format.emin = -40;
      format.emax = 40;
      take(name + " small range", format);
    }
  }
  return all;
}

}  // namespace ulpscope::test
