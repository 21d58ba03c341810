// SPDX-License-Identifier: BSL-1.0
// Known answers: the founding case as published.
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

}  // namespace

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
