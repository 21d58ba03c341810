// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/curvature.hpp"

#include <algorithm>
#include <type_traits>

#include "ulpscope/model/models.hpp"
#include "ulpscope/study/kinds.hpp"

namespace ulpscope {

namespace {

constexpr std::size_t most_solved = 256;

}  // namespace

std::unique_ptr<Curvature> make_curvature(const Cell& cell, Samples<double> samples) {
  return with_kind(Models{}, cell, "model", [&]<class Kind>(const Kind& options) {
    std::unique_ptr<Curvature> curvature;
    if constexpr (Kind::needs == Targets::none) {
      curvature = std::make_unique<LanczosCurvature>(
          std::make_unique<typename Kind::template In<double>>(options));
    } else {
      if constexpr (std::is_same_v<Kind, Linear>) {
        if (std::min(samples.count, samples.features + 1) <= most_solved) {
          const bool mean = Loss::named(options.loss).mean;
          const double c = mean ? 2 / static_cast<double>(samples.count) : 2;
          std::vector<double>& inputs = samples.inputs;
          if (inputs.empty()) inputs.assign(samples.narrow.begin(), samples.narrow.end());
          curvature = std::make_unique<LinearCurvature>(inputs, samples.count, c);
          return curvature;
        }
      }
      curvature = std::make_unique<LanczosCurvature>(
          std::make_unique<typename Kind::template In<double>>(options, std::move(samples)));
    }
    return curvature;
  });
}

double curvature_bytes(const Cell& cell, double model, double parameters) {
  if (!has_probe(cell, "sharpness")) return 0;
  const auto samples = static_cast<double>(cell.extent.samples);
  const double fewer = std::min(samples, parameters);
  const bool solved = cell["model.kind"] == Linear::name && fewer <= most_solved;
  // A model of dual numbers with its inputs, and the basis that the iteration builds; or the inputs
  // once more.
  const double basis = std::min(static_cast<double>(LanczosCurvature::most_products), parameters);
  const double values = solved
                            ? 2 * (samples + 16) * (parameters + 16) + 3 * fewer * fewer
                            : 3 * model + 2 * samples * static_cast<double>(cell.extent.features) +
                                  basis * parameters;
  return sizeof(double) * values;
}

}  // namespace ulpscope
