// SPDX-License-Identifier: BSL-1.0
// Drawn data: against their equations in wide arithmetic, and their statistics.
#include <numeric>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/data/data_kinds.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// Rounded to binary32 from a sum of so many terms in binary64.
bool near(float got, const Dec50& expected, double size) {
  return abs(Dec50(got) - expected) <= abs(expected) * 0x1p-24 + size * 0x1p-52;
}

/// Eigenvalues of a symmetric matrix, largest first, by Jacobi's rotations.
std::vector<Dec50> eigenvalues(std::vector<std::vector<Dec50>> a) {
  const std::size_t n = a.size();
  for (int sweep = 0; sweep < 12; ++sweep) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        if (a[p][q] == 0) continue;
        const Dec50 theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const Dec50 t = (theta < 0 ? -1 : 1) / (abs(theta) + sqrt(theta * theta + 1));
        const Dec50 c = 1 / sqrt(t * t + 1), s = t * c;
        for (std::size_t k = 0; k < n; ++k) {
          const Dec50 x = a[k][p], y = a[k][q];
          a[k][p] = c * x - s * y;
          a[k][q] = s * x + c * y;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const Dec50 x = a[p][k], y = a[q][k];
          a[p][k] = c * x - s * y;
          a[q][k] = s * x + c * y;
        }
      }
    }
  }
  std::vector<Dec50> all;
  for (std::size_t i = 0; i < n; ++i) all.push_back(a[i][i]);
  std::sort(all.rbegin(), all.rend());
  return all;
}

/// The singular values of the inputs.
std::vector<Dec50> singular_values(const Dataset& data) {
  const std::size_t m = data.samples, n = data.features;
  std::vector gram(m, std::vector<Dec50>(m, Dec50(0)));
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < m; ++j) {
      for (std::size_t k = 0; k < n; ++k) {
        gram[i][j] += Dec50(data.inputs[i * n + k]) * Dec50(data.inputs[j * n + k]);
      }
    }
  }
  std::vector<Dec50> values = eigenvalues(std::move(gram));
  for (Dec50& value : values) value = sqrt(value < 0 ? Dec50(0) : value);
  return values;
}

std::vector<Dec50> products(const std::vector<Dec50>& x, const std::vector<float>& w) {
  std::vector<Dec50> y;
  for (std::size_t i = 0; i < w.size() / x.size(); ++i) {
    Dec50 sum(0);
    for (std::size_t j = 0; j < x.size(); ++j) sum += x[j] * Dec50(w[i * x.size() + j]);
    y.push_back(sum / sqrt(Dec50(x.size())));
  }
  return y;
}

}  // namespace

TEST_CASE("a teacher's targets are its outputs", "[data]") {
  for (const std::uint64_t hidden : {0U, 5U}) {
    for (const std::uint64_t classes : {0U, 4U}) {
      Teacher teacher;
      teacher.samples = 21;
      teacher.features = 13;
      teacher.hidden = hidden;
      teacher.classes = classes;
      teacher.noise = "0.25";
      teacher.seed = 8;
      const Dataset data = teacher.draw();
      const Extent extent = teacher.extent();
      CHECK(extent.samples == data.samples);
      CHECK(extent.features == data.features);
      CHECK(extent.classes == data.classes);
      REQUIRE(data.targets.size() == 21);
      // The same numbers again, in the order in which they are said to be drawn.
      const std::size_t outputs = classes == 0 ? 1 : 4;
      std::mt19937 generator(8);
      CHECK(data.inputs == normal_values(21 * 13, generator));
      std::vector<float> first;
      if (hidden > 0) first = normal_values(5 * 13, generator);
      const auto last = normal_values(outputs * (hidden > 0 ? 5 : 13), generator);
      const auto z = normal_values(21 * outputs, generator);
      CHECK(data.generator == generator);
      for (std::size_t s = 0; s < 21; ++s) {
        const float* x = &data.inputs[s * 13];
        std::vector<Dec50> values(x, x + 13);
        if (hidden > 0) {
          values = products(values, first);
          for (Dec50& value : values) value = tanh(value);
        }
        auto o = products(values, last);
        for (std::size_t i = 0; i < outputs; ++i) o[i] += z[s * outputs + i] * Dec50(0.25);
        INFO(hidden << " hidden, " << classes << " classes, sample " << s);
        if (classes == 0) {
          CHECK(near(data.targets[s], o[0], 40));
        } else {
          CHECK(data.targets[s] ==
                static_cast<float>(std::max_element(o.begin(), o.end()) - o.begin()));
        }
      }
    }
  }
}

TEST_CASE("a teacher's noise has its size, and classes all occur", "[data]") {
  Teacher teacher;
  teacher.samples = 4000;
  teacher.features = 20;
  const auto clean = teacher.draw().targets;
  teacher.noise = "2";
  const auto noisy = teacher.draw().targets;
  double squares = 0, signal = 0;
  for (std::size_t s = 0; s < clean.size(); ++s) {
    squares += std::pow(double{noisy[s]} - double{clean[s]}, 2) / 4000;
    signal += std::pow(double{clean[s]}, 2) / 4000;
  }
  CHECK(std::abs(squares - 4) < 5 * 4 * std::sqrt(2.0 / 4000));
  // |w|^2 / features, of variance 2 / features, times the samples' own.
  CHECK(std::abs(signal - 1) < 5 * std::sqrt(2.0 / 20 + 2.0 / 4000));
  teacher.classes = 3;
  std::vector<int> counts(3);
  for (const float label : teacher.draw().targets) ++counts.at(static_cast<std::size_t>(label));
  for (const int count : counts) CHECK(count > 400);
  const auto options = describe_options<Teacher>();
  CHECK_FALSE(options[4].holds("1"));
  CHECK(options[4].holds("0"));
  CHECK(options[4].holds("2"));
}

TEST_CASE("a stream's features are seen late and rarely, and its targets are of what is seen",
          "[data]") {
  Stream stream;
  stream.samples = 4000;
  stream.features = 7;
  stream.noise = "0.25";
  stream.late = 2;
  stream.late_rows = 1500;
  stream.rare = 3;
  stream.rare_share = "0.125";
  stream.seed = 8;
  const Dataset data = stream.draw();
  std::mt19937 generator(8);
  auto inputs = normal_values(4000 * 7, generator);
  const auto w = normal_values(7, generator);
  const auto z = normal_values(4000, generator);
  std::size_t seen = 0;
  Mismatches mismatches;
  for (std::size_t s = 0; s < 4000; ++s) {
    float* const x = &inputs[7 * s];
    if (s < 1500) x[0] = x[1] = 0;
    for (std::size_t j = 4; j < 7; ++j) {
      const bool is_seen = generator() < (1U << 29U);
      seen += is_seen ? 1 : 0;
      if (!is_seen) x[j] = 0;
    }
    const auto o = products(std::vector<Dec50>(x, x + 7), w);
    mismatches.expect(near(data.targets[s], o[0] + z[s] * Dec50(0.25), 40),
                      [&] { return "target " + std::to_string(s); });
  }
  CHECK_NONE(mismatches);
  CHECK(data.inputs == inputs);
  CHECK(data.generator == generator);
  // Of 12000 coins an eighth, to within five standard deviations.
  CHECK(std::abs(static_cast<double>(seen) - 1500) < 5 * std::sqrt(12000 * 7.0 / 64));
}

TEST_CASE("a stream refuses more features than it has", "[data]") {
  Stream stream;
  stream.late = 10;
  stream.rare = 6;
  CHECK(stream.conflict().empty());
  stream.rare = 7;
  CHECK(stream.conflict().find("features = 16") != std::string::npos);
  stream.late = 17;
  stream.rare = 0;
  CHECK(!stream.conflict().empty());
}

TEST_CASE("low-rank inputs have the singular values that they say", "[data]") {
  struct Row {
    std::uint64_t samples, features, rank;
    const char* condition;
  };
  for (const Row& row : {Row{6, 9, 3, "1e3"}, Row{9, 6, 5, "50"}, Row{7, 7, 7, "1"},
                         Row{8, 5, 2, "1e6"}, Row{4, 6, 1, "1"}}) {
    LowRank low;
    low.samples = row.samples;
    low.features = row.features;
    low.rank = row.rank;
    low.condition = row.condition;
    CHECK(low.conflict().empty());
    const Dataset data = low.draw();
    const auto got = singular_values(data);
    const Dec50 condition = from_decimal<Dec50>(row.condition);
    Dec50 squares(0);
    for (const Dec50& s : got) squares += s * s;
    // Rounded inputs are off by at most 2^-24 of each, and no singular value by more than the
    // norm of that (H. Weyl); as much again for the orthonormal columns in binary64.
    const Dec50 bound = sqrt(squares) * 0x1p-23;
    for (std::size_t j = 0; j < got.size(); ++j) {
      const Dec50 expected = j >= row.rank ? Dec50(0)
                             : j == 0      ? Dec50(1)
                                           : Dec50(pow(condition, -Dec50(j) / Dec50(row.rank - 1)));
      INFO(row.rank << " of condition " << row.condition << ", value " << j);
      CHECK(abs(got[j] - expected) <= bound);
    }
  }
}

TEST_CASE("low-rank targets are a linear function of the inputs as rounded", "[data]") {
  LowRank low;
  low.samples = 10;
  low.features = 12;
  low.rank = 4;
  low.noise = "0.5";
  const Dataset data = low.draw();
  std::mt19937 generator(545345);
  normal_values(10 * 4, generator);
  normal_values(12 * 4, generator);
  const auto w = normal_values(12, generator);
  const auto z = normal_values(10, generator);
  CHECK(data.generator == generator);
  for (std::size_t s = 0; s < 10; ++s) {
    Dec50 y = Dec50(0.5) * Dec50(z[s]);
    for (std::size_t k = 0; k < 12; ++k) y += Dec50(data.inputs[12 * s + k]) * Dec50(w[k]);
    CHECK(near(data.targets[s], y, 40));
  }
}

TEST_CASE("low-rank refuses a rank that cannot be", "[data]") {
  LowRank low;
  low.rank = 65;
  CHECK(low.conflict() ==
        "rank = 65 is above samples = 64 or features = 1000; expected at most the smaller; for "
        "example rank = 64");
  low.rank = 1;
  CHECK(low.conflict() ==
        "rank = 1 has a single singular value; expected rank >= 2, or no condition "
        "but 1; for example condition = 1");
  const auto options = describe_options<LowRank>();
  CHECK_FALSE(options[3].holds("0.5"));
  CHECK_FALSE(options[3].holds("1e7"));
}

TEST_CASE("no data are no samples", "[data]") {
  CHECK(None{}.extent().samples == 0);
  CHECK(None{}.draw().samples == 0);
  CHECK(describe_options<None>().empty());
}
