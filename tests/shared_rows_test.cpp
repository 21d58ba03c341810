// SPDX-License-Identifier: BSL-1.0
// Inputs that runs share: the sums of each are those that it forms alone.
#include <random>
#include <thread>

#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/study/trained.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

std::vector<float> random_rows(std::size_t count, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::vector<float> rows(count);
  for (float& x : rows) x = static_cast<float>(generator()) * 0x1p-31F - 1.0F;
  return rows;
}

/// A sum over samples or over features of these inputs, with weights that grow.
class Sum {
 public:
  Sum(std::size_t samples, std::size_t features, bool over_samples)
      : out(over_samples ? features : samples), tiles{over_samples, [this](const Tile& tile) {
                                                        add(tile);
                                                      }} {}
  Sum(const Sum&) = delete;

  std::vector<float> out;
  TileSum tiles;

 private:
  void add(const Tile& tile) {
    const bool over = tiles.over_samples;
    const std::size_t rows = over ? tile.samples : tile.features, row = over ? tile.i : tile.j;
    const std::size_t columns = over ? tile.features : tile.samples,
                      column = over ? tile.j : tile.i;
    for (std::size_t r = 0; r < rows; ++r) {
      const float weight = static_cast<float>(row + r) * 0.37F;
      for (std::size_t k = 0; k < columns; ++k) {
        out[column + k] += weight * tile.values[r * tile.stride + k];
      }
    }
  }
};

}  // namespace

TEST_CASE("runs that share inputs have the sums that they form alone", "[shared]") {
  constexpr std::size_t samples = 300, features = 170;
  const std::vector<float> inputs = random_rows(samples * features, 1);
  std::vector<float> expected[2];
  for (const bool over_samples : {false, true}) {
    Sum alone(samples, features, over_samples);
    const TileSum* const sum = &alone.tiles;
    std::vector<float> turned(tile_side * tile_side);
    add_tiles(inputs, features, {&sum, 1}, turned);
    // The plain loop, in the order of the terms.
    for (std::size_t k = 0; k < alone.out.size(); ++k) {
      float plain = 0;
      for (std::size_t r = 0; r < (over_samples ? samples : features); ++r) {
        const float x = over_samples ? inputs[r * features + k] : inputs[k * features + r];
        plain += static_cast<float>(r) * 0.37F * x;
      }
      REQUIRE(alone.out[k] == plain);
    }
    expected[over_samples] = alone.out;
  }

  // Some take part for longer than others, and they go by different directions.
  SharedRows rows;
  std::atomic<int> wrong{0}, apart{0};
  {
    std::vector<std::jthread> runs;
    for (int run = 0; run < 5; ++run) {
      runs.emplace_back([&, run] {
        std::vector<float> own = inputs;
        std::unique_lock drawing = rows.drawing();
        const auto part = rows.join(own, features);
        drawing.unlock();
        if (!part || !own.empty()) {
          ++apart;
          return;
        }
        for (int i = 0; i < 10 + 7 * run; ++i) {
          const bool over_samples = (i * (run + 1)) % 3 == 0;
          Sum sum(samples, features, over_samples);
          part->add_tiles(sum.tiles);
          wrong += sum.out == expected[over_samples] ? 0 : 1;
        }
      });
    }
  }
  CHECK(apart == 0);
  CHECK(wrong == 0);
}

TEST_CASE("only inputs of the same bits are shared", "[shared]") {
  SharedRows rows;
  std::vector<float> first{0.0F, 1.0F, 2.0F, 3.0F};
  auto part = rows.join(first, 2);
  REQUIRE(part);
  CHECK(first.empty());
  std::vector<float> negative_zero{-0.0F, 1.0F, 2.0F, 3.0F}, longer(6, 1.0F),
      same{0.0F, 1.0F, 2.0F, 3.0F};
  CHECK_FALSE(rows.join(negative_zero, 2));
  CHECK(negative_zero.size() == 4);
  CHECK_FALSE(rows.join(longer, 2));
  CHECK_FALSE(rows.join(same, 4));
  CHECK(rows.join(same, 2));
  CHECK(same.capacity() == 0);
  // Nobody has the first ones any more.
  part.reset();
  part = rows.join(longer, 3);
  REQUIRE(part);
  CHECK(part->rows().size() == 6);
}

TEST_CASE("cells share inputs that no second cache holds, in the machine's arithmetics",
          "[shared]") {
  std::size_t samples = 300;
  while (kernel::fits_second_cache(static_cast<double>(samples) * 200 * sizeof(float)))
    samples *= 2;
  const std::string large =
      "[data]\nsamples = " + std::to_string(samples) + "\nfeatures = 200\n[precision]\n";
  const auto of = [&](const std::string& more, const std::string& data) {
    return shared_inputs(cell_of(data + more));
  };
  const std::string common = of("arithmetic = \"binary32\"\n", large);
  CHECK(!common.empty());
  CHECK(of("arithmetic = \"binary64\"\nsecond_moment = { format = \"p8\" }\n[rule]\nlr = 0.5\n",
           large) == common);
  CHECK(of("arithmetic = \"x87\"\n", large) == common);
  CHECK(of("arithmetic = \"binary32\"\ndata = { format = \"p8\" }\n", large) != common);
  CHECK(of("arithmetic = \"binary32\"\n", "[data]\nsamples = 64\nfeatures = 200\n[precision]\n") ==
        "");
  for (const char* other :
       {"arithmetic = \"quad\"\n", "arithmetic = \"bfloat16\"\n",
        "arithmetic = \"binary32\"\ngradient = { format = \"p8\", rounding = \"every\" }\n",
        "arithmetic = \"binary32\"\n[batch]\nsize = 10\n",
        "arithmetic = \"binary32\"\n[record]\nprobes = [\"sharpness\"]\n"}) {
    CAPTURE(other);
    CHECK(of(other, large) == "");
  }

  // What trains takes part as long as it lives.
  const Cell cell = cell_of(large + "arithmetic = \"binary64\"\n");
  SharedRows rows;
  std::vector<float> others(200, 1.0F);
  {
    const Training<double> training(cell, &rows);
    CHECK_FALSE(rows.join(others, 200));
  }
  CHECK(rows.join(others, 200));
}
