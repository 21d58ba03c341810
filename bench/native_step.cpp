// SPDX-License-Identifier: BSL-1.0
// What a step of the founding case costs in the machine's own arithmetics: 64 samples x 1000
// features, a linear model, Adam. Its shares are those of the least that it could cost: reading
// the inputs twice, in the arithmetic's own type, from the cache that they fit; in x87 its
// multiplications and additions, out of registers. `model` and `rule` are the step's two parts.
#include <cstdint>
#include <cstring>
#include <memory>

#include "ulpscope/data/gaussian.hpp"
#include "ulpscope/format/simd.hpp"
#include "ulpscope/model/linear.hpp"
#include "ulpscope/rule/adam.hpp"
#include "versus.hpp"

namespace {

using namespace ulpscope;

constexpr std::size_t samples = 64, features = 1000;

/// The founding case without a study file.
template <class T>
struct Founding {
  std::vector<T> inputs, w, gradient;
  std::unique_ptr<Model<T>> model;
  std::unique_ptr<Rule<T>> rule;
  std::uint64_t t = 0;
  T loss{};

  Founding() {
    Dataset data = Gaussian{}.draw();
    const std::vector<float> start = uniform_values(features + 1, features, data.generator);
    inputs.assign(data.inputs.begin(), data.inputs.end());
    w.assign(start.begin(), start.end());
    gradient.resize(w.size());
    Samples<T> all{samples, features, 0, inputs, {data.targets.begin(), data.targets.end()}, {}};
    model = std::make_unique<Linear::In<T>>(Linear{}, std::move(all));
    rule = std::make_unique<Adam::In<T>>(Adam{}, w.size());
  }

  void forth_and_back() {
    benchmark::DoNotOptimize(loss = model->loss_and_gradient(t, w, gradient));
  }
  void update() { rule->step(++t, w, gradient); }
};

/// Reads all bytes of the inputs, by vectors of 64 bytes or what the processor has.
struct ReadAll {
  const char* bytes;
  std::size_t count;
  std::uint64_t* result;

  [[gnu::always_inline]] void operator()() const {
    typedef std::uint64_t V __attribute__((vector_size(64)));
    typedef std::uint64_t Unaligned __attribute__((vector_size(64), aligned(8), may_alias));
    V all[4] = {};
    const char* at = bytes;
    for (std::size_t k = count / sizeof all; k > 0; --k, at += sizeof all) {
      for (int i = 0; i < 4; ++i) all[i] |= reinterpret_cast<const Unaligned*>(at)[i];
    }
    const V any = (all[0] | all[1]) | (all[2] | all[3]);
    *result = any[0] | any[7];
  }
};

template <class T>
void by_reading_twice(benchmark::State& state, bool model, bool rule) {
  Founding<T> founding;
  std::uint64_t result = 0;
  const std::size_t bytes = founding.inputs.size() * sizeof(T);
  // From the start of a cache line.
  std::vector<char> room(bytes + 64);
  char* const inputs = room.data() + (64 - reinterpret_cast<std::uintptr_t>(room.data()) % 64);
  std::memcpy(inputs, founding.inputs.data(), bytes);
  founding.forth_and_back();
  bench::in_turns(
      state, 20,
      [&] {
        if (model) founding.forth_and_back();
        if (rule) founding.update();
      },
      [&] {
        for (int pass = 0; pass < 2; ++pass) {
          run(best_simd(), ReadAll{inputs, bytes, &result});
          benchmark::DoNotOptimize(result);
        }
      });
}

/// As many multiplications and additions as a step has, of registers, in five chains that do not
/// wait for each other: what the processor can do where no value is read.
void multiply_add() {
#if ULPSCOPE_X86
  std::size_t rounds = 2 * samples * features / 5;
  asm volatile(
      "fldz\n fldz\n fldz\n fldz\n fldz\n fld1\n fld1\n"
      "1:\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(3)\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(4)\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(5)\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(6)\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(7)\n"
      "dec %0\n"
      "jnz 1b\n"
      "fstp %%st\n fstp %%st\n fstp %%st\n fstp %%st\n fstp %%st\n fstp %%st\n fstp %%st\n"
      : "+r"(rounds)
      :
      : "cc", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
#endif
}

void by_multiplying(benchmark::State& state) {
  Founding<long double> founding;
  founding.forth_and_back();
  bench::in_turns(
      state, 1,
      [&] {
        founding.forth_and_back();
        founding.update();
      },
      multiply_add);
}

template <class T>
void add() {
  const std::string name(ArithmeticTraits<T>::name);
  const auto add_part = [&](const std::string& part, bool model, bool rule) {
    benchmark::RegisterBenchmark(
        (part + "/" + name).c_str(),
        [=](benchmark::State& state) { by_reading_twice<T>(state, model, rule); })
        ->Unit(benchmark::kMicrosecond)
        ->UseManualTime()
        ->Iterations(500);
  };
  add_part("founding_step", true, true);
  add_part("founding_model", true, false);
  add_part("founding_rule", false, true);
}

const bool registered = [] {
  add<float>();
  add<double>();
  benchmark::RegisterBenchmark("founding_step/x87", by_multiplying)
      ->Unit(benchmark::kMicrosecond)
      ->UseManualTime()
      ->Iterations(500);
  return true;
}();

}  // namespace
