// SPDX-License-Identifier: BSL-1.0
// Known answers: traces that PyTorch computed in binary64, and the founding case as published.
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "arithmetics.hpp"
#include "catch.hpp"
#include "ulpscope/study/plan.hpp"
#include "ulpscope/study/trained.hpp"

namespace {

using namespace ulpscope;
using nlohmann::json;

json read_golden(const std::string& name) {
  std::ifstream in(std::string(ULPSCOPE_TEST_DIR) + "/golden/" + name);
  REQUIRE(in);
  return json::parse(in);
}

/// A C99 hexadecimal literal.
double value(const json& literal) {
  return std::strtod(literal.get_ref<const std::string&>().c_str(), nullptr);
}

std::vector<double> values(const json& literals) {
  std::vector<double> all;
  for (const json& literal : literals) all.push_back(value(literal));
  return all;
}

[[maybe_unused]] double norm(std::span<const double> x) {
  double squares = 0;
  for (const double value : x) squares += value * value;
  return std::sqrt(squares);
}

/// The cell with these settings, all else at the defaults.
Cell cell(const std::vector<std::pair<std::string, json>>& settings) {
  Study study;
  const auto assign = [&](const std::string& key, const json& setting) {
    const auto kind = setting.is_boolean()          ? Value::Kind::boolean
                      : setting.is_number_integer() ? Value::Kind::integer
                      : setting.is_number()         ? Value::Kind::real
                                                    : Value::Kind::text;
    const std::string text = setting.is_string() ? setting.get<std::string>() : setting.dump();
    study.base.push_back({key, {kind, text, {}}});
  };
  for (const auto& [key, setting] : settings) assign(key, setting);
  return make_plan(study).cells.front();
}

/// The cell of a row of torch-1.13.json on the linear problem.
Cell torch_cell(const json& row) {
  const json& problem = row["problem"];
  std::vector<std::pair<std::string, json>> settings{
      {"precision.arithmetic", "binary64"}, {"data.kind", "gaussian"},
      {"data.samples", problem["samples"]}, {"data.features", problem["features"]},
      {"data.seed", problem["seed"]},       {"model.kind", "linear"},
      {"model.loss", problem["loss"]},      {"rule.kind", row["rule"]}};
  for (const auto& [name, setting] : row["options"].items()) {
    if (name == "betas") {
      settings.emplace_back("rule.beta1", setting[0]);
      settings.emplace_back("rule.beta2", setting[1]);
    } else {
      settings.emplace_back("rule." + name, setting);
    }
  }
  return cell(settings);
}

bool is_linear(const json& row) {
  const std::string rule = row["rule"];
  return (rule == Sgd::name || rule == Adam::name) && row["problem"]["kind"] == Linear::name;
}

}  // namespace

TEST_CASE("a start has PyTorch's bits", "[golden]") {
  const json golden = read_golden("torch-1.13.json");
  int rows = 0;
  for (const json& row : golden["rules"]) {
    if (!is_linear(row)) continue;
    Training<double> training(torch_cell(row));
    const std::span<double> start = training.parameters();
    CHECK(std::vector<double>(start.begin(), start.end()) == values(row["start"]));
    ++rows;
  }
  CHECK(rows == 9);
}

// PyTorch sums in another order and rounds other intermediate values, so traces part by
// round-off. Each parameter agrees to 1e-12 of itself, with the round-off of the whole vector
// (2^-53 of its norm) as a guard for one that crosses zero. A loss near the minimum is a sum of
// squares of cancelled residuals and amplifies: where moving the start by an ulp moves a loss
// by more than 1e-13 of itself, 200 steps allow 1e-9, elsewhere 1e-12.
TEST_CASE("sgd and adam follow PyTorch's traces", "[golden]") {
  const json golden = read_golden("torch-1.13.json");
  for (const json& row : golden["rules"]) {
    if (!is_linear(row)) continue;
    Training<double> training(torch_cell(row));
    Training<double> moved(torch_cell(row));
    for (double& value : moved.parameters()) value = std::nextafter(value, 1);
    for (std::uint64_t t = 1; t <= 200; ++t) {
      const std::string step = std::to_string(t);
      INFO(row["rule"] << row["options"] << " step " << step);
      const double loss = training.loss(t - 1);
      const double moved_loss = moved.loss(t - 1);
      if (row["loss_before_step"].contains(step)) {
        const double expected = value(row["loss_before_step"][step]);
        const bool amplified = t == 200 && std::abs(moved_loss - loss) > 1e-13 * loss;
        CHECK(std::abs(loss - expected) <= (amplified ? 1e-9 : 1e-12) * expected);
      }
      training.update(t);
      moved.update(t);
      if (!row["params"].contains(step)) continue;
      const std::vector<double> expected = values(row["params"][step]);
      const std::span<double> got = training.parameters();
      REQUIRE(got.size() == expected.size());
      const double guard = 0x1p-53 * norm(expected);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        INFO("parameter " << i);
        CHECK(std::abs(got[i] - expected[i]) <= 1e-12 * std::abs(expected[i]) + guard);
      }
    }
  }
}

// Published to six digits, which take more bits than the low precisions have.
TEMPLATE_LIST_TEST_CASE("the founding case starts with the published losses", "[golden]",
                        test::HighArithmetics) {
  using T = TestType;
  const json golden = read_golden("perceptron.json");
  Training<T> training(cell(
      {{"rule.kind", "adam"}, {"precision.arithmetic", std::string(ArithmeticTraits<T>::name)}}));
  for (std::uint64_t t = 0; t <= 5; ++t) {
    INFO(ArithmeticTraits<T>::name << " step " << t);
    const double expected = golden["loss"][std::to_string(t)];
    CHECK(std::abs(static_cast<double>(training.loss(t)) - expected) <= 1e-6 * expected);
    training.update(t + 1);
  }
  if constexpr (is_native<T>) {
    for (std::uint64_t t = 6; t < 300; ++t) {
      training.loss(t);
      training.update(t + 1);
    }
    const double low = static_cast<double>(training.loss(300));
    CHECK(low > 1e-13);
    CHECK(low < 1e-10);
  }
}
