// SPDX-License-Identifier: BSL-1.0
// What operations of wide numbers cost: by the kernels, by plain loops over Boost's operations, by
// MPFR, and, for quad, by the compiler's own type.
//
//   row_sum  weighted sums of rows; the matrix is the founding case's, 64 samples x 1000 features,
//            forward and for the gradient; items are multiply-adds
//   layer    the same where the matrix is of the type, too, as behind a network's first layer: 64
//            units x 64 samples, for one unit of the next layer
//   each     an operation on each of 1000 pairs; in eight lanes packing and unpacking is included
//
// wide24 and wide53 have 24 and 53 bits, quad 113, dec50 168, dec100 335.
#include <benchmark/benchmark.h>
#include <mpfr.h>
#include <random>
#include <string>
#include <vector>

#include "ulpscope/kernel/eight.hpp"
#include "ulpscope/kernel/row_sum.hpp"
#include "ulpscope/kernel/square_root.hpp"
#include "ulpscope/kernel/wide_sum.hpp"

#if defined(__SIZEOF_FLOAT128__) && __has_include(<quadmath.h>)
#define ULPSCOPE_QUADMATH 1
#include <quadmath.h>
#else
#define ULPSCOPE_QUADMATH 0
#endif

namespace {

using namespace ulpscope;
using kernel::Binary32Matrix;
using kernel::Kernel;

/// Weights of all bits and rows of normal numbers, the same for everyone.
template <class T>
struct Problem {
  std::size_t rows, columns;
  std::vector<T> weights;
  std::vector<float> values;

  Problem(std::size_t m, std::size_t n) : rows(m), columns(n) {
    std::mt19937_64 generator(1);
    std::normal_distribution<double> normal;
    for (std::size_t r = 0; r < rows; ++r) weights.push_back(T(normal(generator)) / T(3));
    for (std::size_t i = 0; i < rows * columns; ++i) {
      values.push_back(static_cast<float>(normal(generator)));
    }
  }
  auto items(const benchmark::State& state) const {
    return static_cast<std::int64_t>(rows * columns) *
           static_cast<std::int64_t>(state.iterations());
  }
};

template <class T>
void by_kernel(benchmark::State& state, std::size_t rows, std::size_t columns, Kernel kernel) {
  const Problem<T> problem(rows, columns);
  const Binary32Matrix matrix(problem.values, columns);
  std::vector<T> out(columns);
  for (auto _ : state) {
    kernel::row_sum<T>(matrix, problem.weights, out, kernel);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(problem.items(state));
}

template <class T>
void layer(benchmark::State& state, Kernel kernel) {
  constexpr std::size_t units = 64, samples = 64;
  const Problem<T> weights(units, samples), values(units * samples, 0);
  const std::vector<T>& matrix = values.weights;
  std::vector<T> out(samples);
  for (auto _ : state) {
    std::fill(out.begin(), out.end(), T(0));
    kernel::add_row_sum<T>(std::span<const T>(matrix), samples, weights.weights, std::span(out),
                           kernel);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(weights.items(state));
}

/// As models sum without kernels: all values are of the type.
template <class T, class From>
void by_type(benchmark::State& state, std::size_t rows, std::size_t columns) {
  const Problem<From> problem(rows, columns);
  std::vector<T> weights, matrix(problem.values.begin(), problem.values.end()), out(columns);
  for (const From& w : problem.weights) weights.push_back(static_cast<T>(w));
  for (auto _ : state) {
    for (std::size_t k = 0; k < columns; ++k) {
      T sum(0);
      for (std::size_t r = 0; r < rows; ++r) sum = sum + weights[r] * matrix[r * columns + k];
      out[k] = sum;
    }
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(problem.items(state));
}

/// Owns numbers of MPFR.
class MpfrVector {
 public:
  MpfrVector(std::size_t count, int p) : values_(count) {
    for (auto& x : values_) mpfr_init2(&x, p);
  }
  MpfrVector(const MpfrVector&) = delete;
  MpfrVector& operator=(const MpfrVector&) = delete;
  ~MpfrVector() {
    for (auto& x : values_) mpfr_clear(&x);
  }
  mpfr_ptr operator[](std::size_t i) { return &values_[i]; }

 private:
  std::vector<__mpfr_struct> values_;
};

template <class T>
void by_mpfr(benchmark::State& state, std::size_t rows, std::size_t columns) {
  constexpr int p = significand_bits<T>;
  const Problem<double> problem(rows, columns);
  MpfrVector weights(rows, p), matrix(rows * columns, p), out(columns, p), term(1, p);
  for (std::size_t r = 0; r < rows; ++r) {
    mpfr_set_d(weights[r], problem.weights[r] * 3, MPFR_RNDN);
    mpfr_div_ui(weights[r], weights[r], 3, MPFR_RNDN);
  }
  for (std::size_t i = 0; i < rows * columns; ++i) {
    mpfr_set_flt(matrix[i], problem.values[i], MPFR_RNDN);
  }
  for (auto _ : state) {
    for (std::size_t k = 0; k < columns; ++k) {
      mpfr_set_zero(out[k], 1);
      for (std::size_t r = 0; r < rows; ++r) {
        mpfr_mul(term[0], weights[r], matrix[r * columns + k], MPFR_RNDN);
        mpfr_add(out[k], out[k], term[0], MPFR_RNDN);
      }
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(problem.items(state));
}

/// Pairs of positive numbers with all bits.
template <class T>
struct Pairs {
  static constexpr std::size_t count = 1000;
  std::vector<T> a, b, out;

  Pairs() : out(count) {
    std::mt19937_64 generator(2);
    std::normal_distribution<double> normal;
    for (std::size_t i = 0; i < count; ++i) {
      a.push_back(abs(T(normal(generator))) / T(3));
      b.push_back(abs(T(normal(generator))) / T(7));
    }
  }
};

template <class T, class Operation>
void each(benchmark::State& state, const Operation& operation) {
  Pairs<T> pairs;
  for (auto _ : state) {
    for (std::size_t i = 0; i < pairs.count; ++i) {
      pairs.out[i] = operation(pairs.a[i], pairs.b[i]);
    }
    benchmark::DoNotOptimize(pairs.out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(pairs.count) * state.iterations());
}

#if ULPSCOPE_X86
template <class T, class Operation>
void each_eight(benchmark::State& state, const Operation& operation) {
  using kernel::Eight;
  Pairs<T> pairs;
  for (auto _ : state) {
    for (std::size_t i = 0; i < pairs.count; i += Eight<T>::lanes) {
      const Eight<T> result = operation(Eight<T>(&pairs.a[i]), Eight<T>(&pairs.b[i]));
      if (result.store(&pairs.out[i])) continue;
      for (std::size_t k = i; k < i + Eight<T>::lanes; ++k) {
        pairs.out[k] = operation(pairs.a[k], pairs.b[k]);
      }
    }
    benchmark::DoNotOptimize(pairs.out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(pairs.count) * state.iterations());
}
#endif

template <class T, class Operation>
void each_mpfr(benchmark::State& state, const Operation& operation) {
  constexpr int p = significand_bits<T>;
  const Pairs<double> pairs;
  MpfrVector a(pairs.count, p), b(pairs.count, p), out(pairs.count, p);
  for (std::size_t i = 0; i < pairs.count; ++i) {
    mpfr_set_d(a[i], pairs.a[i], MPFR_RNDN);
    mpfr_div_ui(a[i], a[i], 3, MPFR_RNDN);
    mpfr_set_d(b[i], pairs.b[i], MPFR_RNDN);
    mpfr_div_ui(b[i], b[i], 7, MPFR_RNDN);
  }
  for (auto _ : state) {
    for (std::size_t i = 0; i < pairs.count; ++i) operation(out[i], a[i], b[i]);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(pairs.count) * state.iterations());
}

#if ULPSCOPE_QUADMATH
__extension__ using Float128 = __float128;

template <class Operation>
void each_float128(benchmark::State& state, const Operation& operation) {
  const Pairs<double> pairs;
  std::vector<Float128> a, b, out(pairs.count);
  for (const double x : pairs.a) a.push_back(static_cast<Float128>(x) / 3);
  for (const double x : pairs.b) b.push_back(static_cast<Float128>(x) / 7);
  for (auto _ : state) {
    for (std::size_t i = 0; i < pairs.count; ++i) out[i] = operation(a[i], b[i]);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(pairs.count) * state.iterations());
}
#endif

template <class F>
void add(const std::string& name, F&& run) {
  benchmark::RegisterBenchmark(name.c_str(), std::forward<F>(run))->Unit(benchmark::kMicrosecond);
}

template <class T>
void add_row_sums() {
  struct Direction {
    std::string name;
    std::size_t rows, columns;
  };
  for (const Direction& d : {Direction{"forward", 1000, 64}, Direction{"gradient", 64, 1000}}) {
    const std::string name =
        "row_sum/" + std::string(ArithmeticTraits<T>::name) + "/" + d.name + "/";
    const std::size_t rows = d.rows, columns = d.columns;
    add(name + "plain", [=](benchmark::State& s) { by_type<T, T>(s, rows, columns); });
    add(name + "limbs",
        [=](benchmark::State& s) { by_kernel<T>(s, rows, columns, Kernel::limbs); });
    if (kernel::best_kernel() == Kernel::ifma) {
      add(name + "ifma",
          [=](benchmark::State& s) { by_kernel<T>(s, rows, columns, Kernel::ifma); });
    }
    add(name + "mpfr", [=](benchmark::State& s) { by_mpfr<T>(s, rows, columns); });
#if ULPSCOPE_QUADMATH
    if constexpr (std::is_same_v<T, Quad>) {
      add(name + "float128",
          [=](benchmark::State& s) { by_type<Float128, double>(s, rows, columns); });
    }
#endif
  }
}

template <class T>
void add_layer() {
  const std::string name = "layer/" + std::string(ArithmeticTraits<T>::name) + "/";
  add(name + "plain", [](benchmark::State& s) { layer<T>(s, Kernel::plain); });
  add(name + "limbs", [](benchmark::State& s) { layer<T>(s, Kernel::limbs); });
  if (kernel::best_kernel() == Kernel::ifma) {
    add(name + "ifma", [](benchmark::State& s) { layer<T>(s, Kernel::ifma); });
  }
}

template <class T, class Operation, class ByMpfr>
void add_each(const std::string& symbol, const Operation& operation, const ByMpfr& by_mpfr) {
  const std::string name = "each/" + std::string(ArithmeticTraits<T>::name) + "/" + symbol + "/";
  add(name + "plain", [=](benchmark::State& s) { each<T>(s, operation); });
#if ULPSCOPE_X86
  if (kernel::has_ifma()) {
    add(name + "eight", [=](benchmark::State& s) { each_eight<T>(s, operation); });
  }
#endif
  add(name + "mpfr", [=](benchmark::State& s) { each_mpfr<T>(s, by_mpfr); });
}

template <class T>
void add_operations() {
  add_each<T>(
      "sum", [](const auto& a, const auto& b) { return a + b; },
      [](auto r, auto a, auto b) { mpfr_add(r, a, b, MPFR_RNDN); });
  add_each<T>(
      "product", [](const auto& a, const auto& b) { return a * b; },
      [](auto r, auto a, auto b) { mpfr_mul(r, a, b, MPFR_RNDN); });
  add_each<T>(
      "quotient", [](const auto& a, const auto& b) { return a / b; },
      [](auto r, auto a, auto b) { mpfr_div(r, a, b, MPFR_RNDN); });
  add_each<T>(
      "root", [](const auto& a, const auto&) { return sqrt(a); },
      [](auto r, auto a, auto) { mpfr_sqrt(r, a, MPFR_RNDN); });
  const std::string name = "each/" + std::string(ArithmeticTraits<T>::name) + "/";
  add(name + "quotient/limbs", [](benchmark::State& s) {
    each<T>(s, [](const T& a, const T& b) { return kernel::divide(a, b); });
  });
  add(name + "root/limbs", [](benchmark::State& s) {
    each<T>(s, [](const T& a, const T&) { return kernel::square_root(a); });
  });
}

template <class... T>
void add_arithmetics(TypeList<T...>) {
  (add_row_sums<T>(), ...);
  (add_layer<T>(), ...);
  (add_operations<T>(), ...);
}

#if ULPSCOPE_QUADMATH
void add_float128() {
  const auto add_operation = [](const std::string& symbol, const auto& operation) {
    add("each/quad/" + symbol + "/float128",
        [=](benchmark::State& s) { each_float128(s, operation); });
  };
  add_operation("sum", [](Float128 a, Float128 b) { return a + b; });
  add_operation("product", [](Float128 a, Float128 b) { return a * b; });
  add_operation("quotient", [](Float128 a, Float128 b) { return a / b; });
  add_operation("root", [](Float128 a, Float128) { return sqrtq(a); });
}
#endif

const bool registered = [] {
  add_arithmetics(TypeList<Wide24, Wide53, Quad, Dec50, Dec100>{});
#if ULPSCOPE_QUADMATH
  add_float128();
#endif
  return true;
}();

}  // namespace
