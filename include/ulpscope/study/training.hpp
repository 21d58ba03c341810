// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ulpscope/data/batches.hpp"
#include "ulpscope/data/data_kinds.hpp"
#include "ulpscope/model/models.hpp"
#include "ulpscope/model/shared_rows.hpp"
#include "ulpscope/rule/transform.hpp"
#include "ulpscope/study/curvature.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/make_rule_run.hpp"

namespace ulpscope {

/// The data in the arithmetic T, rounded once into the format of data; their inputs are taken.
template <class T>
Samples<T> samples(Dataset& data, const KeptRole<T>& role) {
  Samples<T> all{data.samples, data.features, data.classes, {}, {}, {}};
  if (data.classes > 0) {
    for (const float label : data.targets) all.labels.push_back(static_cast<std::uint32_t>(label));
  }
  all.targets = stored<T>(data.targets, role, 1);
  if (!role.rounds) {
    all.narrow = std::move(data.inputs);
  } else {
    all.inputs = stored<T>(data.inputs, role, 0);
    data.inputs = std::vector<float>();
  }
  return all;
}

/// One cell's model in its arithmetic T, and its rule: the one place where they meet.
///
/// Update number t goes by the gradient of mini-batch t - 1, or of all samples, sent through the
/// transforms; where these accumulate, by as many batches as they wait for.
template <class T>
class Training {
 public:
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;
  /// `shared`: of other runs that may have the same inputs.
  explicit Training(const Cell& cell, SharedRows* shared = nullptr);

  /// Whether updates go by other samples than loss().
  bool in_batches() const { return batches_.has_value(); }

  /// The loss over all samples at the current parameters, after `step` updates, and its gradient.
  T loss(std::uint64_t step);

  /// Update number t = 1, 2, ... `recorded`: a row of the probes follows.
  void update(std::uint64_t t, bool recorded = false);

  /// The parameters as the model sees them: those of the rule itself where both compute in T.
  std::span<T> parameters() { return rule_->parameters(); }
  std::span<const T> gradient() const { return gradient_; }
  RuleRun<T>& rule() { return *rule_; }

 private:
  std::unique_ptr<Model<T>> model_;
  std::unique_ptr<Curvature> curvature_;  ///< none without the probe `sharpness`
  double gradient_scale_ = 1;  ///< of a step's gradient, by that over all samples, on average
  std::unique_ptr<RuleRun<T>> rule_;
  std::optional<Batches> batches_;
  std::optional<Transforms<T>> transforms_;
  std::vector<T> gradient_;
  T loss_{};
  bool fresh_ = false;  ///< the gradient is that of all samples at the current parameters
};

// Outside the class and so not inline: what only calls them does not compile them once more.

template <class T>
Training<T>::Training(const Cell& cell, SharedRows* shared) {
  Dataset data = with_kind(DataKinds{}, cell, "data", [](const auto& kind) { return kind.draw(); });
  const Precision precision = precision_of(cell);
  const Roles<T> roles(precision.model);
  const bool curved = has_probe(cell, "sharpness");
  with_kind(Models{}, cell, "model", [&]<class Kind>(const Kind& options) {
    const Start start = options.start(data.features, data.classes, data.generator);
    if constexpr (Kind::needs == Targets::none) {
      model_ = std::make_unique<typename Kind::template In<T>>(options, roles);
      if (curved) curvature_ = make_curvature(cell, {});
    } else {
      auto kept = samples<T>(data, roles[Role::data]);
      if (curved) curvature_ = make_curvature(cell, in_binary64(kept));
      kept.shared = shared;
      model_ = std::make_unique<typename Kind::template In<T>>(options, std::move(kept), roles);
      const auto batch = read_options<BatchOptions>(cell.section("batch"));
      if (batch.size != "all")
        batches_.emplace(data.samples, std::stoull(batch.size),
                         batch.order == "shuffled" ? std::optional(batch.seed) : std::nullopt);
      if (batches_ && cell["model.loss"].starts_with("sum")) {
        gradient_scale_ = std::stod(batch.size) / static_cast<double>(data.samples);
      }
    }
    rule_ = make_model_rule<T>(cell, model_->layout(), start);
    if (curved) {
      rule_->set_curvature([this](std::span<const double> scale) {
        std::vector<double> parameters;
        for (const T& w : rule_->parameters()) parameters.push_back(convert<double>(w));
        return gradient_scale_ * curvature_->largest(parameters, scale);
      });
    }
    return true;
  });
  const auto transforms = read_options<TransformList>(cell.section("transform")).in_order();
  for (const TransformOptions& each : transforms) {
    if (each.kind == "accumulate" && !each.average) {
      gradient_scale_ *= static_cast<double>(each.steps);
    }
  }
  transforms_.emplace(transforms, roles);
  gradient_.resize(model_->parameters());
}

template <class T>
T Training<T>::loss(std::uint64_t step) {
  fresh_ = true;
  return loss_ = model_->loss_and_gradient(step, rule_->parameters(), gradient_);
}

template <class T>
void Training<T>::update(std::uint64_t t, bool recorded) {
  const std::uint64_t parts = transforms_->parts();
  for (std::uint64_t n = (t - 1) * parts;; ++n) {
    if (batches_) {
      loss_ = model_->loss_and_gradient(n, rule_->parameters(), gradient_, batches_->at(n));
    } else if (!fresh_) {
      loss(n);
    }
    fresh_ = false;
    if (transforms_->apply(t, gradient_)) break;
  }
  rule_->step(t, loss_, gradient_, recorded);
}

}  // namespace ulpscope
