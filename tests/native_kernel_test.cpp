// SPDX-License-Identifier: BSL-1.0
// Sums of rows in the machine's own arithmetics have the bits of the plain loop on every
// instruction set: values of all kinds, matrices of all shapes. Compiled with -O2.
#include <string>
#include <vector>

#include "catch.hpp"
#include "levels.hpp"
#include "mpfr.hpp"
#include "native_values.hpp"
#include "ulpscope/kernel/native_sum.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

template <class T>
T plain_sum(const float* matrix, std::size_t columns, const std::vector<T>& weights,
            std::size_t k) {
  T sum = 0;
  for (const T& w : weights) {
    sum = sum + w * static_cast<T>(matrix[k]);
    matrix += columns;
  }
  return sum;
}
template <class T>
T plain_sum(const T* matrix, std::size_t columns, const std::vector<T>& weights,
            std::size_t k) requires(!std::is_same_v<T, float>) {
  T sum = 0;
  for (const T& w : weights) {
    sum = sum + w * matrix[k];
    matrix += columns;
  }
  return sum;
}

struct Shape {
  std::size_t rows, columns;
};

/// Both kinds of matrix, every level, against the plain loop.
template <class T>
void check(const Shape& shape, Values<T>& values, Values<float>& inputs, Mismatches& mismatches) {
  const std::size_t rows = shape.rows, columns = shape.columns;
  const std::vector<T> weights = values(rows), matrix = values(rows * columns);
  const std::vector<float> narrow = inputs(rows * columns);
  const kernel::NativeMatrix blocks(narrow, columns);
  std::vector<T> of_matrix(columns), of_narrow(columns);
  for (std::size_t k = 0; k < columns; ++k) {
    of_matrix[k] = plain_sum(matrix.data(), columns, weights, k);
    of_narrow[k] = plain_sum<T>(narrow.data(), columns, weights, k);
  }
  for (const Simd level : levels()) {
    std::vector<T> a(columns + 1, T(77)), b(columns + 1, T(77));
    kernel::row_sum<T>(std::span<const T>(matrix), columns, weights, std::span(a).first(columns),
                       level);
    if (rows > 0) {
      kernel::row_sum<T>(blocks, weights, std::span(b).first(columns), level);
    }
    for (std::size_t k = 0; k < columns; ++k) {
      mismatches.expect(same(a[k], of_matrix[k]) && (rows == 0 || same(b[k], of_narrow[k])), [&] {
        return std::to_string(rows) + " x " + std::to_string(columns) + ", output " +
               std::to_string(k) + ", level " + std::to_string(static_cast<int>(level));
      });
    }
    mismatches.expect(a.back() == T(77) && b.back() == T(77),
                      [] { return std::string("a value beside the output"); });
  }
}

}  // namespace

TEMPLATE_TEST_CASE("sums of rows have the plain loop's bits on every instruction set", "[kernel]",
                   float, double, long double) {
  using T = TestType;
  if (best_simd() != Simd::avx512) WARN("no AVX-512 on this processor: not compared");
  if (best_simd() == Simd::baseline) WARN("no AVX2 on this processor: not compared");
  Mismatches mismatches;
  for (const bool finite : {true, false}) {
    Values<T> values(1, finite);
    Values<float> inputs(2, true);
    for (std::size_t columns = 1; columns <= 200; ++columns) {
      for (const std::size_t rows : {0U, 1U, 2U, 37U}) {
        check<T>({rows, columns}, values, inputs, mismatches);
      }
    }
    // The founding case's, both ways: of ten million terms in all.
    for (int round = 0; round < 40; ++round) {
      check<T>({1000, 64}, values, inputs, mismatches);
      check<T>({64, 1000}, values, inputs, mismatches);
    }
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("a sum rounds products and sums, never both at once", "[kernel]") {
  // (1 + e)(1 - e) = 1 - e^2 rounds to 1: a fused operation would leave -e^2.
  const double e = 0x1p-30;
  const std::vector<double> weights{-1, 1 + e};
  const std::vector<double> row(16, 1), other(16, 1 - e);
  std::vector<double> matrix(row), out(16);
  matrix.insert(matrix.end(), other.begin(), other.end());
  for (const Simd level : levels()) {
    kernel::row_sum<double>(std::span<const double>(matrix), out.size(), weights, out, level);
    CHECK(out == std::vector<double>(16, 0));
  }
}
