// SPDX-License-Identifier: BSL-1.0
// Sums of inputs have the plain loop's bits however the inputs are held, and these take no more
// memory than they should.
#include <sys/resource.h>

#include <random>
#include <vector>

#include "catch.hpp"
#include "cells.hpp"
#include "mpfr.hpp"
#include "sanitized.hpp"
#include "ulpscope/study/trained.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// What a role does to a sum's operations.
template <class T>
KeptRole<T> role_of(const char* format, Mode mode, bool every) {
  RoleFormats formats;
  if (*format != 0) {
    formats[Role::activations] = RoleFormat{{*find_format(format, own_format<T>()), mode}, every};
  }
  return Roles<T>(formats)[Role::activations];
}

/// Term by term, for the result of this index.
template <class T>
T plain_sum(std::size_t terms, const KeptRole<T>& role, std::size_t index, const auto& weight,
            const auto& value) {
  T sum(0);
  for (std::size_t r = 0; r < terms; ++r) {
    const T term = role.product(weight(r), value(r), role.site(index, 1, 2 * r));
    sum = role.sum(sum, term, role.site(index, 1, 2 * r + 1));
  }
  return sum;
}

/// A number of T by `narrow` one of binary32, else not.
template <class T>
T value(std::mt19937& generator, bool narrow) {
  const T x(static_cast<float>(generator()) * 0x1p-31F - 1.0F);
  return narrow ? x : T(x / T(3));
}

constexpr std::size_t units = 3;

/// Both sums of all samples and of a batch.
template <class T>
void compare(std::size_t samples, std::size_t features, bool narrow, const char* format, Mode mode,
             Mismatches& mismatches) {
  std::mt19937 generator(static_cast<std::uint32_t>(samples + 31 * features));
  const bool every = *format != 0;
  const KeptRole<T> role = role_of<T>(format, mode, every);
  Samples<T> given{samples, features, 0, {}, std::vector<T>(samples), {}};
  for (std::size_t i = 0; i < samples * features; ++i) {
    given.inputs.push_back(value<T>(generator, narrow));
  }
  std::vector<T> w(units * features), s(units * samples);
  for (T& x : w) x = value<T>(generator, false);
  for (T& x : s) x = value<T>(generator, false);
  const Inputs<T> all(given, every);
  Inputs<T> room;
  std::vector<std::uint32_t> some;
  for (std::size_t i = 0; i < samples; i += 3) {
    some.push_back(static_cast<std::uint32_t>((7 * i + 1) % samples));
  }
  for (const Batch batch : {Batch{}, Batch{some}}) {
    const Inputs<T>& inputs = batch.empty() ? all : all.part(batch, room);
    const auto row = [&](std::size_t i) {
      return given.inputs.data() + (batch.empty() ? i : batch[i]) * features;
    };
    const std::size_t n = inputs.count;
    std::vector<T> of_samples(units * n, T(7)), of_features(units * features, T(7));
    inputs.template sum_features<T>(w, of_samples, role, 1, 0);
    inputs.template sum_samples<T>(std::span<const T>(s).first(units * n), of_features, role, 1, 0);
    const auto where = [&](std::size_t k) {
      return [&, k] {
        return std::to_string(samples) + " x " + std::to_string(features) + ", output " +
               std::to_string(k) + (batch.empty() ? "" : " of a batch") + (narrow ? "" : ", wide") +
               ", rounded to '" + format + "'";
      };
    };
    for (std::size_t k = 0; k < of_samples.size(); ++k) {
      const T* const of_unit = &w[k / n * features];
      const T z = plain_sum<T>(
          features, role, k, [&](std::size_t j) { return of_unit[j]; },
          [&](std::size_t j) { return row(k % n)[j]; });
      mismatches.expect(of_samples[k] == z, where(k));
    }
    for (std::size_t k = 0; k < of_features.size(); ++k) {
      const T* const of_unit = &s[k / features * n];
      const T g = plain_sum<T>(
          n, role, k, [&](std::size_t i) { return of_unit[i]; },
          [&](std::size_t i) { return row(i)[k % features]; });
      mismatches.expect(of_features[k] == g, where(k));
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("sums of inputs are the plain loop's however they are held", "[kernel]", float,
                   double, long double, BFloat16, Quad) {
  using T = TestType;
  Mismatches mismatches;
  const std::pair<const char*, Mode> roundings[] = {
      {"", Mode::nearest_even}, {"p3", Mode::nearest_even}, {"p3", Mode::stochastic}};
  for (const bool narrow : {true, false}) {
    for (const auto& [format, mode] : roundings) {
      compare<T>(1, 1, narrow, format, mode, mismatches);
      compare<T>(21, 37, narrow, format, mode, mismatches);
      compare<T>(130, 129, narrow, format, mode, mismatches);
    }
  }
  if constexpr (!kernel::has_kernel<T>) {  // all in one layout that the second cache cannot hold
    std::size_t samples = 517;
    const auto fits = [&](double bytes) {
      return kernel::fits_second_cache(static_cast<double>(samples) * 517 * bytes);
    };
    while (fits(sizeof(float))) samples += 260;
    compare<T>(samples, 517, true, "", Mode::nearest_even, mismatches);
    if (!sanitized || !std::is_same_v<T, Quad>) {
      compare<T>(samples, 517, false, "", Mode::nearest_even, mismatches);
    }
    if (!sanitized) compare<T>(samples, 517, true, "p3", Mode::stochastic, mismatches);
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("a matrix turned round is the matrix", "[kernel]") {
  for (std::size_t rows = 0; rows < 14; ++rows) {
    for (std::size_t columns = 0; columns < 14; ++columns) {
      const std::size_t stride = columns + 3;
      std::vector<float> in(rows * stride + 1), out(rows * columns + 1, -1);
      for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i);
      kernel::turn(in.data(), stride, rows, columns, out.data());
      std::vector<float> expected(out.size(), -1);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t k = 0; k < columns; ++k) expected[k * rows + r] = in[r * stride + k];
      }
      CHECK(out == expected);
    }
  }
}

TEST_CASE("inputs that fit no cache take 1.2 times their room at most", "[kernel]") {
  const auto peak = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
  };
  constexpr double samples = 4000, features = 4000;
  const Cell cell = cell_of(
      "steps = 1\n[data]\nsamples = 4000\nfeatures = 4000\n[rule]\nkind = \"sgd\"\n"
      "[precision]\narithmetic = \"binary32\"\n");
  const double before = peak();
  Training<float> training(cell);
  training.loss(0);
  training.update(1);
  CHECK(peak() - before < 1.2 * samples * features * sizeof(float));
  CHECK(footprint(cell).memory() > samples * features * sizeof(float));
}
