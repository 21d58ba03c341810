// SPDX-License-Identifier: BSL-1.0
// Kernels of wide arithmetic have the bits of Boost's operations, which have those of MPFR.
#include <vector>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/kernel/row_sum.hpp"
#include "ulpscope/kernel/wide_sum.hpp"
#include "wide_operands.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using kernel::Binary32Matrix;
using kernel::Kernel;

/// Those of the arithmetics, and of programs with others of their own: the most and the fewest bits
/// that a kernel takes in three limbs, and one whose range is Boost's.
using Own200 = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<200, boost::multiprecision::digit_base_2>,
    boost::multiprecision::et_off>;
using Wides = TypeList<Quad, Dec50, Dec100, Wide24, Wide53, WideFloat<129>, WideFloat<189>, Own200>;

/// A weighted row sum: weights and a matrix of as many rows.
template <class T>
struct Sums {
  std::size_t columns;
  std::vector<T> weights;
  std::vector<float> values;

  void add_row(const T& weight, auto&& value) {
    weights.push_back(weight);
    for (std::size_t k = 0; k < columns; ++k) values.push_back(value());
  }
  T plain(std::size_t k) const {
    T sum(0);
    for (std::size_t r = 0; r < weights.size(); ++r) {
      sum = sum + weights[r] * T(values[r * columns + k]);
    }
    return sum;
  }
  Mpfr by_mpfr(std::size_t k) const {
    Mpfr sum(significand_bits<T>), term = sum;
    mpfr_set_zero(sum, 1);
    for (std::size_t r = 0; r < weights.size(); ++r) {
      mpfr_mul(term, exact(weights[r]), exact(values[r * columns + k]), MPFR_RNDN);
      mpfr_add(sum, sum, term, MPFR_RNDN);
    }
    return sum;
  }
};

/// The kernels that this processor has.
std::vector<Kernel> kernels() {
  std::vector<Kernel> all{Kernel::limbs};
  if (kernel::best_kernel() != Kernel::limbs) all.push_back(kernel::best_kernel());
  return all;
}

/// Compares all kernels with the plain loop, and that with MPFR where asked to.
template <class T>
void compare(const Sums<T>& sums, bool with_mpfr, Mismatches& mismatches) {
  const Binary32Matrix matrix(sums.values, sums.columns);
  std::vector<T> expected, got(sums.columns);
  for (std::size_t k = 0; k < sums.columns; ++k) {
    expected.push_back(sums.plain(k));
    if (with_mpfr) {
      mismatches.expect(same(exact(expected[k]), sums.by_mpfr(k)), [&] {
        return "Boost gives " + exact(expected[k]).text() + " and MPFR " + sums.by_mpfr(k).text();
      });
    }
  }
  for (const Kernel which : kernels()) {
    kernel::row_sum<T>(matrix, sums.weights, got, which);
    for (std::size_t k = 0; k < sums.columns; ++k) {
      mismatches.expect(same_bits(expected[k], got[k]), [&] {
        std::string text = "kernel " + std::to_string(static_cast<int>(which)) + ": ";
        for (std::size_t r = 0; r < sums.weights.size(); ++r) {
          text += " + " + exact(sums.weights[r]).text() + " * " +
                  exact(sums.values[r * sums.columns + k]).text();
        }
        return text + " gives " + exact(got[k]).text() + " instead of " + exact(expected[k]).text();
      });
    }
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("weighted row sums have the plain loop's bits", "[kernel]", Wides) {
  using T = TestType;
  constexpr int p = significand_bits<T>;
  WideOperands<T> aimed(51);
  Mismatches mismatches;
  const auto any = [&] { return aimed.short_value(); };
  for (int trial = 0; trial < trials(40000); ++trial) {
    Sums<T> sums{trial % 50 == 0 ? 21U : 64U, {}, {}};
    // The first sum is the first weight in most lanes, and the second product meets it.
    int e = aimed.below(200) - 100;
    sums.add_row(ldexp(aimed.significand(), e),
                 [&] { return aimed.below(4) != 0 ? 1.0F : aimed.short_value(); });
    switch (trial % 4) {
      case 0: {  // at a distance
        const int d = aimed.distance();
        const T w = ldexp(aimed.significand(), e + (aimed.below(2) == 0 ? d : -d));
        const int how = aimed.below(3);
        sums.add_row(w, [&] {
          return how == 0 ? aimed.short_value() : aimed.below(2) == 0 ? -0.5F : 0.5F;
        });
        break;
      }
      case 1: {  // the product is a tie, or nearly
        const int bits = 1 + aimed.below(std::min(24, p));
        const T w = ldexp(aimed.odd(p + 1 - bits), e - aimed.distance());
        sums.add_row(w, [&] {
          const float x = aimed.short_odd(bits);
          return aimed.below(4) == 0 ? x + 0x1p-24F : x;
        });
        break;
      }
      case 2: {  // all but some of the bits cancel
        const T one(1), ulp = ldexp(one, 1 - p);
        const int place = aimed.below(p + 2);
        const T near = sums.weights[0] * (one + (aimed.below(3) - 1) * ldexp(ulp, place));
        sums.add_row(aimed.below(8) == 0 ? T(near / 3) : near,
                     [&] { return static_cast<float>(aimed.below(4) - 2); });
        break;
      }
      default:  // some zero, some equal, in any order
        sums.add_row(T(aimed.below(2) == 0 ? 0 : -T(0)), any);
        sums.add_row(-sums.weights[0], any);
    }
    const int more = aimed.below(3);
    for (int r = 0; r < more; ++r) {
      sums.add_row(ldexp(aimed.significand(), e + aimed.distance() - aimed.distance()), any);
    }
    compare(sums, trial % 50 == 0, mismatches);
  }
  CHECK_NONE(mismatches);
  CHECK(mismatches.checked() > static_cast<std::size_t>(trials(2500000)));
}

TEMPLATE_LIST_TEST_CASE("long sums of common numbers have the plain loop's bits", "[kernel]",
                        Wides) {
  using T = TestType;
  Mismatches mismatches;
  std::mt19937 generator(5);
  for (int trial = 0; trial < trials(12); ++trial) {
    Sums<T> sums{64, {}, {}};
    const auto uniform = [&] { return static_cast<float>(generator()) * 0x1p-31F - 1.0F; };
    for (int r = 0; r < 500; ++r) {
      // Whole numbers have few bits, the others all.
      const T w = trial % 3 == 0 ? T(static_cast<int>(generator() % 7) - 3) : T(uniform()) / 3;
      sums.add_row(w, [&] { return trial % 2 == 0 ? uniform() : std::round(4 * uniform()); });
    }
    compare(sums, trial == 0, mismatches);
  }
  CHECK_NONE(mismatches);
}

TEMPLATE_LIST_TEST_CASE("sums at the ends of the range and of special values are the plain loop's",
                        "[kernel]", Wides) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  constexpr std::int64_t least = T::backend_type::min_exponent;
  constexpr std::int64_t greatest = T::backend_type::max_exponent;
  WideOperands<T> aimed(52);
  Mismatches mismatches;
  const T special[] = {Limits::infinity(),
                       T(-Limits::infinity()),
                       Limits::quiet_NaN(),
                       (Limits::max)(),
                       T(-(Limits::max)()),
                       (Limits::min)(),
                       T(0),
                       T(-T(0)),
                       T(1)};
  const auto any = [&] { return aimed.short_value(); };
  for (const T& a : special) {
    for (const T& b : special) {
      Sums<T> sums{64, {}, {}};
      sums.add_row(a, any);
      sums.add_row(b, any);
      compare(sums, false, mismatches);
    }
  }
  for (int trial = 0; trial < trials(2000); ++trial) {
    Sums<T> sums{16, {}, {}};
    // Around the ends, and around where the kernels leave off.
    const int inside =
        aimed.below(2) == 0 ? aimed.below(2 * significand_bits<T> + 200) : aimed.below(3);
    const auto e = static_cast<int>(aimed.below(2) == 0 ? least + inside : greatest - inside);
    for (int r = 0; r < 3; ++r) sums.add_row(ldexp(aimed.significand(), e), any);
    compare(sums, false, mismatches);
  }
  CHECK_NONE(mismatches);
}

TEMPLATE_LIST_TEST_CASE("sums over wide numbers have the plain loop's bits", "[kernel]", Wides) {
  using T = TestType;
  constexpr int p = significand_bits<T>;
  using Limits = std::numeric_limits<T>;
  WideOperands<T> aimed(53);
  Mismatches mismatches;
  for (int trial = 0; trial < trials(40000); ++trial) {
    const std::size_t columns = trial % 50 == 0 ? 21 : 64;
    const std::size_t stride = columns + static_cast<std::size_t>(trial % 3);
    const int rows = 2 + aimed.below(3), e = aimed.below(200) - 100;
    std::vector<T> weights, matrix, out, expected;
    for (std::size_t k = 0; k < columns; ++k) {
      out.push_back(trial % 4 == 0 ? ldexp(aimed.significand(), e) : T(0));
    }
    expected = out;
    for (int r = 0; r < rows; ++r) {
      const int bits = 1 + aimed.below(p);
      T w = ldexp(aimed.significand(), e);
      if (r > 0 && trial % 4 == 1) w = T(1);                            // to cancel
      if (r > 0 && trial % 4 == 2) w = ldexp(aimed.odd(bits), e);       // products that are ties
      if (r > 0 && trial % 4 == 3) w = ldexp(w, aimed.distance() - p);  // far apart
      if (trial % 1000 == 7) w = ldexp(w, static_cast<int>(Limits::max_exponent) - 2 * e - r);
      if (trial % 1000 == 8) w = aimed.below(2) == 0 ? Limits::infinity() : Limits::quiet_NaN();
      weights.push_back(w);
      for (std::size_t k = 0; k < stride; ++k) {
        T x = aimed.significand();
        if (k < columns) {
          switch (trial % 4) {
            case 1:
              if (r > 0 && isfinite(expected[k]) && expected[k] != 0) {
                x = -WideOperands<T>::ulps(expected[k], aimed.below(5) - 2);
              }
              break;
            case 2: x = aimed.odd(p + 1 - bits); break;
            default: break;
          }
          if (aimed.below(30) == 0) x = aimed.below(2) == 0 ? T(0) : T(-T(0));
          expected[k] = expected[k] + w * x;
        }
        matrix.push_back(x);
      }
    }
    for (const Kernel which : {Kernel::limbs, kernel::best_kernel()}) {
      std::vector<T> got = out;
      kernel::add_row_sum<T>(std::span<const T>(matrix), stride, weights, std::span(got), which);
      for (std::size_t k = 0; k < columns; ++k) {
        const bool both_nan = isnan(got[k]) && isnan(expected[k]);
        mismatches.expect(both_nan || same_bits(got[k], expected[k]), [&] {
          return "trial " + std::to_string(trial) + ", kernel " +
                 std::to_string(static_cast<int>(which)) + ": " + exact(got[k]).text() +
                 " instead of " + exact(expected[k]).text();
        });
      }
    }
  }
  CHECK_NONE(mismatches);
  CHECK(mismatches.checked() > static_cast<std::size_t>(trials(4'000'000)));
}

TEST_CASE("values are binary32 only if all are finite and exact", "[kernel]") {
  const auto packs = [](const Dec50& x) {
    const std::vector<Dec50> values{Dec50(1), x};
    return kernel::binary32_values<Dec50>(values).size() == 2;
  };
  CHECK(packs(Dec50(0x1.FFFFFEp127F)));
  CHECK(packs(Dec50(0x1p-149F)));
  CHECK(packs(Dec50(0)));
  CHECK_FALSE(packs(Dec50(0x1p-150)));
  CHECK_FALSE(packs(Dec50(0x1p128)));
  CHECK_FALSE(packs(Dec50(1 + 0x1p-24)));
  CHECK_FALSE(packs(std::numeric_limits<Dec50>::infinity()));
  CHECK_FALSE(packs(std::numeric_limits<Dec50>::quiet_NaN()));
}
