// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "ulpscope/model/activation.hpp"
#include "ulpscope/model/dual.hpp"
#include "ulpscope/model/inputs.hpp"
#include "ulpscope/model/loss.hpp"
#include "ulpscope/model/model.hpp"
#include "ulpscope/model/row_sum.hpp"
#include "ulpscope/model/start.hpp"

namespace ulpscope {

/// A network's layers: how wide each is, from the inputs to the outputs, what is between two, and
/// what becomes of the outputs.
struct Layers {
  std::vector<std::size_t> widths;
  Activation activation;
  Loss loss;

  Layers(std::vector<std::size_t> of_layers, Loss of_outputs, Activation between = Activation::tanh)
      : widths(std::move(of_layers)), activation(between), loss(of_outputs) {}

  std::size_t count() const { return widths.size() - 1; }
  std::size_t outputs() const { return widths.back(); }

  /// Each layer's weights, outputs x inputs, and its biases.
  Layout layout() const {
    std::vector<Shape> tensors;
    for (std::size_t l = 0; l < count(); ++l) {
      tensors.push_back({widths[l + 1], widths[l]});
      tensors.push_back({1, widths[l + 1]});
    }
    return Layout(std::move(tensors));
  }

  double parameters() const {
    double sum = 0;
    for (std::size_t l = 0; l < count(); ++l) {
      sum += (static_cast<double>(widths[l]) + 1) * static_cast<double>(widths[l + 1]);
    }
    return sum;
  }
  /// Values that a model holds beside its inputs: targets and labels, each unit's z and a, room for
  /// the widest layer's a turned round and for two layers' s.
  double values(double samples) const {
    double a_sample = loss.squares ? 1 : 2;
    double widest = 0;
    for (std::size_t l = 1; l < count(); ++l) {
      a_sample += 2 * static_cast<double>(widths[l]);
      widest = std::max(widest, static_cast<double>(widths[l]));
    }
    const auto last = static_cast<double>(outputs());
    return samples * (a_sample + last + 2 * widest + std::max(widest, last));
  }

  /// Layer by layer as PyTorch starts them, weights before biases.
  std::vector<float> start(std::mt19937& generator) const {
    std::vector<float> all;
    for (std::size_t l = 0; l < count(); ++l) {
      const auto layer = uniform_values((widths[l] + 1) * widths[l + 1], widths[l], generator);
      all.insert(all.end(), layer.begin(), layer.end());
    }
    return all;
  }
};

/// Whether a network's sums have roundings beside T's own.
template <class T>
bool rounds_sums(const Roles<T>& roles) {
  return roles[Role::activations].format.every || roles[Role::gradient].format.every;
}

/// Dense layers over samples x, activations between them, and a loss of the last one's outputs. For
/// each layer, from a_ij = x_ij on; k are its units, j those of the layer before, i samples:
///
///   z_ik = (sum over j of w_kj a_ij) + b_k    activations; j ascending
///   a_ik = f(z_ik)                            activations; activation.hpp; not in the last layer
///   loss, and s_ik = its slope by z_ik        loss, gradient; loss.hpp
///
/// and back from the last layer to the first
///
///   gradient of w_kj = sum over i of s_ik a_ij         gradient; i ascending
///   gradient of b_k  = sum over i of s_ik              gradient; i ascending
///   s_ij = (sum over k of w_kj s_ik) f'(z_ij)          gradient; k ascending
///
/// Stored are x (data, once), z, a, the loss, s and the gradient. Where a role rounds every
/// operation, the sums' products and sums are such operations, too.
template <class T>
class Network : public Model<T> {
 public:
  Network(Layers layers, Samples<T> samples, const Roles<T>& roles)
      : layers_(std::move(layers)), roles_(roles), all_(std::move(samples), rounds_sums(roles)) {}

  Layout layout() const override { return layers_.layout(); }

  T loss_and_gradient(std::uint64_t step, std::span<const T> parameters, std::span<T> gradient,
                      Batch batch = {}) override {
    const Inputs<T>& x = batch.empty() ? all_ : all_.part(batch, part_);
    return pass(x, parameters, gradient, room_, roles_[Role::activations], roles_[Role::loss],
                roles_[Role::gradient], step);
  }

  void hessian_vector(std::span<const T> parameters, std::span<const T> direction,
                      std::span<T> product) override {
    std::vector<Dual<T>> along;
    for (std::size_t j = 0; j < parameters.size(); ++j) {
      along.emplace_back(parameters[j], direction[j]);
    }
    std::vector<Dual<T>> gradient(along.size());
    const PlainOperations plain;
    Room<Dual<T>> room;
    pass<Dual<T>>(all_, along, gradient, room, plain, plain, plain, 0);
    for (std::size_t j = 0; j < product.size(); ++j) product[j] = gradient[j].slope;
  }

 private:
  /// Values between layers in the number type E: units x samples, as sums over units read them.
  template <class E>
  struct Room {
    std::vector<std::vector<E>> z, a;
    std::vector<E> by_sample;  ///< a layer's inputs, samples x units, as sums over samples do
    std::vector<E> s, s_before, column;
  };

  /// Operations are numbered layer by layer through a role's part of a step, 2 n for sums over n
  /// terms; the sites' index tells units and samples apart.
  template <class E, class Forward, class OfLoss, class Backward>
  E pass(const Inputs<T>& x, std::span<const E> w, std::span<E> gradient, Room<E>& room,
         const Forward& forward, const OfLoss& of_loss, const Backward& backward,
         std::uint64_t step) const {
    const std::size_t n = x.count, last = layers_.count() - 1;
    room.z.resize(last + 1);
    room.a.resize(last);
    std::uint64_t operation = 0;
    std::size_t first = 0;  // of the layer's parameters
    for (std::size_t l = 0; l <= last; ++l) {
      const std::size_t inputs = layers_.widths[l], outputs = layers_.widths[l + 1];
      std::vector<E>& z = room.z[l];
      z.resize(outputs * n);
      const std::uint64_t stored = operation;
      if (l == 0) {
        x.sum_features(w.subspan(first, outputs * inputs), std::span(z), forward, step, operation);
      }
      for (std::size_t k = 0; k < outputs; ++k) {
        const auto unit = std::span(z).subspan(k * n, n);
        if (l > 0) {
          weighted_row_sum(std::span<const E>(room.a[l - 1]), w.subspan(first + k * inputs, inputs),
                           unit, forward, step, operation, k * n);
        }
        const std::uint64_t last_sum = operation + 2 * inputs;
        const E& bias = w[first + outputs * inputs + k];
        if (forward.plain()) {
          for (E& z_ik : unit) z_ik = z_ik + bias;
          continue;
        }
        for (std::size_t i = 0; i < n; ++i) {
          unit[i] = forward.sum(unit[i], bias, forward.site(k * n + i, step, last_sum));
        }
      }
      operation += 2 * inputs + 1;
      forward.store(std::span<E>(z), forward.site(0, step, stored));
      if (l < last) {
        room.a[l].resize(z.size());
        activate<E>(layers_.activation, z, room.a[l], forward, step, operation);
      }
      first += outputs * (inputs + 1);
    }

    room.s.resize(layers_.outputs() * n);
    E loss = layers_.loss.template evaluate<E>(x, room.z[last], room.s, of_loss, backward, step);

    operation = layers_.loss.operations(layers_.outputs());
    const std::uint64_t stored = operation + 1;
    for (std::size_t l = last + 1; l-- > 0;) {
      const std::size_t inputs = layers_.widths[l], outputs = layers_.widths[l + 1];
      first -= outputs * (inputs + 1);
      if (l > 0) transpose(room.a[l - 1], n, room.by_sample);
      for (std::size_t k = 0; k < outputs; ++k) {
        const auto s = std::span<const E>(room.s).subspan(k * n, n);
        E bias(0);
        if (backward.plain()) {
          for (const E& s_ik : s) bias = bias + s_ik;
        } else {
          for (std::size_t i = 0; i < n; ++i) {
            bias = backward.sum(bias, s[i], backward.site(k * n + i, step, operation));
          }
        }
        if (l > 0) {
          weighted_row_sum(std::span<const E>(room.by_sample), s,
                           gradient.subspan(first + k * inputs, inputs), backward, step,
                           operation + 1, k * inputs);
        }
        gradient[first + outputs * inputs + k] = bias;
      }
      if (l == 0) {
        x.sum_samples(std::span<const E>(room.s), gradient.subspan(first, outputs * inputs),
                      backward, step, operation + 1);
      }
      operation += 2 * n + 1;
      if (l == 0) break;
      room.s_before.resize(inputs * n);
      room.column.resize(outputs);
      for (std::size_t j = 0; j < inputs; ++j) {
        for (std::size_t k = 0; k < outputs; ++k) room.column[k] = w[first + k * inputs + j];
        weighted_row_sum(std::span<const E>(room.s), std::span<const E>(room.column),
                         std::span(room.s_before).subspan(j * n, n), backward, step, operation,
                         j * n);
      }
      operation += 2 * outputs;
      slope<E>(layers_.activation, room.z[l - 1], room.a[l - 1], room.s_before, backward, step,
               operation);
      std::swap(room.s, room.s_before);
    }
    backward.store(gradient, backward.site(0, step, stored));
    return loss;
  }

  /// Units x samples as samples x units.
  template <class E>
  static void transpose(const std::vector<E>& a, std::size_t samples, std::vector<E>& out) {
    const std::size_t units = a.size() / samples;
    out.resize(a.size());
    for (std::size_t j = 0; j < units; ++j) {
      for (std::size_t i = 0; i < samples; ++i) out[i * units + j] = a[j * samples + i];
    }
  }

  Layers layers_;
  Roles<T> roles_;
  Inputs<T> all_, part_;
  Room<T> room_;
};

/// What models.hpp asks of a model, for Options with `layers(features, classes)`.
template <class Options>
struct NetworkOf {
  /// Why data of so many classes, 0 for real targets, do not fit, or nothing.
  std::string mismatch(std::uint64_t classes) const {
    return Loss::named(self().loss).mismatch(classes);
  }

  double parameters(const Sizes& sizes) const { return layers_of(sizes).parameters(); }
  double values(const Sizes& sizes) const { return layers_of(sizes).values(sizes.samples); }

  Start start(std::size_t features, std::size_t classes, std::mt19937& generator) const {
    return self().layers(features, classes).start(generator);
  }

  template <class T>
  class In final : public Network<T> {
   public:
    In(const Options& options, Samples<T> samples, const Roles<T>& roles = Roles<T>())
        : Network<T>(options.layers(samples.features, samples.classes), std::move(samples), roles) {
    }
  };

 private:
  const Options& self() const { return static_cast<const Options&>(*this); }
  Layers layers_of(const Sizes& sizes) const {
    return self().layers(static_cast<std::size_t>(sizes.features),
                         static_cast<std::size_t>(sizes.classes));
  }
};

}  // namespace ulpscope
