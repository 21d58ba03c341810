// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/curvature.hpp"

#include <algorithm>
#include <type_traits>

#include "ulpscope/model/models.hpp"
#include "ulpscope/study/kinds.hpp"

namespace ulpscope {

std::unique_ptr<Curvature> make_curvature(const Cell& cell, Samples<double> samples) {
  return with_kind(Models{}, cell, "model", [&]<class Kind>(const Kind& options) {
    std::unique_ptr<Curvature> curvature;
    if constexpr (Kind::needs == Targets::none) {
      curvature = std::make_unique<LanczosCurvature>(
          std::make_unique<typename Kind::template In<double>>(options));
    } else {
      if constexpr (std::is_same_v<Kind, Linear>) {
        if (std::min(samples.count, samples.features + 1) <= 256) {
          const bool mean = Loss::named(options.loss).mean;
          const double c = mean ? 2 / static_cast<double>(samples.count) : 2;
          curvature = std::make_unique<LinearCurvature>(samples.inputs, samples.count, c);
          return curvature;
        }
      }
      curvature = std::make_unique<LanczosCurvature>(
          std::make_unique<typename Kind::template In<double>>(options, std::move(samples)));
    }
    return curvature;
  });
}

}  // namespace ulpscope
