// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "ulpscope/format/elementary.hpp"
#include "ulpscope/format/philox.hpp"
#include "ulpscope/format/role.hpp"
#include "ulpscope/format/soft_rounder.hpp"

namespace ulpscope {

/// Values that share a scale in Encoding::block8, as optimizers with 8-bit states have it today;
/// the paper's blocks have 2048.
inline constexpr std::size_t block8_size = 256;

/// The unsigned dynamic tree of T. Dettmers, M. Lewis, S. Shleifer, L. Zettlemoyer, arXiv
/// 2110.02861, section 1.3: 0; for each decade 10^-6 .. 1 the middles of 2, 4, .. 128 equal parts
/// of [0.1, 1] of it; and 1. Ascending, each the double nearest to it.
inline const std::array<double, 256>& block8_codes() {
  static const std::array<double, 256> codes = [] {
    std::array<double, 256> all{};
    std::size_t at = 1;
    double divisor = 20e6;
    for (int parts = 2; parts <= 128; parts *= 2, divisor /= 10) {
      // 0.1 + 0.9 (k + 1/2) / parts, of a decade: a fraction of whole numbers.
      for (int k = 0; k < parts; ++k) all[at++] = (2 * parts + 18 * k + 9) / (divisor * parts);
    }
    all[at] = 1;
    return all;
  }();
  return codes;
}

namespace detail {

/// The code for x in [0, 1], in a mode; a value between codes is rounded by its distances to
/// them, ties and parities by the codes' numbers.
template <class T>
double block8_code(const T& x, const Rounding& rounding, const Site& site) {
  const auto& codes = block8_codes();
  const auto above = [&](const T& value, double code) { return value < convert<T>(code); };
  const auto upper = std::upper_bound(codes.begin() + 1, codes.end() - 1, x, above);
  const std::size_t high = static_cast<std::size_t>(upper - codes.begin());
  const T low_code = convert<T>(codes[high - 1]), high_code = convert<T>(codes[high]);
  const T below = x - low_code, gap = high_code - low_code, rest = high_code - x;
  if (below == T(0)) return codes[high - 1];
  if (rest == T(0)) return codes[high];
  const bool low_is_odd = (high - 1) % 2 == 1;
  bool up = false;
  switch (rounding.mode) {
    case Mode::nearest_even: up = below > rest || (below == rest && low_is_odd); break;
    case Mode::nearest_away: up = below >= rest; break;
    case Mode::toward_zero:
    case Mode::down: break;
    case Mode::up: up = true; break;
    case Mode::odd: up = !low_is_odd; break;
    case Mode::stochastic: {
      const double fraction = convert<double>(T(below / gap));
      up = random_word(rounding.seed, site) < std::floor(fraction * 0x1p32);
      break;
    }
  }
  return codes[up ? high : high - 1];
}

template <class T>
void encode_block8(std::span<T> values, const Rounding& rounding, Site site) {
  for (std::size_t first = 0; first < values.size(); first += block8_size) {
    const auto block = values.subspan(first, std::min(block8_size, values.size() - first));
    T scale(0);
    bool finite = true;
    for (const T& v : block) {
      using std::isfinite;
      finite = finite && isfinite(v);
      if (scale < v) scale = v;
    }
    // What is not finite has no code: a block that holds some stays as it is, to be seen.
    for (std::size_t i = 0; finite && scale > T(0) && i < block.size(); ++i, ++site.index) {
      block[i] = scale * convert<T>(block8_code(T(block[i] / scale), rounding, site));
    }
    site.index += finite && scale > T(0) ? 0 : block.size();
  }
}

}  // namespace detail

/// Values that are not negative, replaced by what reading them back from their encoding gives;
/// `site` is the first's.
///
///   linear  v = round(v)
///   sqrt    s = round(sqrt(v)); v = s s
///   log2    s = round(log2(v)); v = 2^s; 0 stays 0
///   block8  v = scale c: the block's largest value, and for each v / scale one of 256 codes
///
/// in this order, each operation in T but round, which is into the role's format (block8: to the
/// codes) in its mode. Blocks begin at multiples of block8_size of the values.
template <class T>
void encode(std::span<T> values, const RoleFormat& format, const Rounder<T>& rounder,
            const Site& site) {
  using std::sqrt;
  switch (format.encoding) {
    case Encoding::linear: rounder(values, site); break;
    case Encoding::sqrt:
      for (T& v : values) v = sqrt(v);
      rounder(values, site);
      for (T& v : values) v = v * v;
      break;
    case Encoding::log2: {
      // Short types compute in binary64.
      using W = std::conditional_t<(significand_bits<T> <= 24 && !is_wide<T>), double, T>;
      for (std::size_t i = 0; i < values.size(); ++i) {
        T& v = values[i];
        if (!(v > T(0))) continue;
        const T log = convert<T>(elementary::log2(convert<W>(v)));
        const T kept = rounder(log, {site.index + i, site.step, site.stream});
        v = convert<T>(elementary::exp2(convert<W>(kept)));
      }
      break;
    }
    case Encoding::block8: detail::encode_block8(values, format.rounding, site); break;
  }
}

}  // namespace ulpscope
