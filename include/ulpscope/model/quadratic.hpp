// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ulpscope/format/elementary.hpp"
#include "ulpscope/format/option.hpp"
#include "ulpscope/format/orthonormal.hpp"
#include "ulpscope/model/model.hpp"
#include "ulpscope/model/row_sum.hpp"

namespace ulpscope {

/// loss(x) = 1/2 sum over i of h_i u_i^2, u = Q x, Q orthogonal: a bowl of any spectrum h, with its
/// minimum 0 at x = 0 and the Hessian Q^T diag(h) Q.
///
///   u_i = sum over j of Q_ij x_j                      activations; j ascending; without Q: u = x
///   loss = (sum over i of h_i (u_i u_i)) / 2          loss; i ascending
///   s_i = h_i u_i                                     gradient
///   gradient_j = sum over i of Q_ij s_i               gradient; i ascending; without Q: s_j
///
/// Stored are u (with Q), the loss, s and the gradient. h is computed in wide arithmetic and
/// rounded once to T. Q is drawn uniformly (orthonormal.hpp) and rounded to binary32, and where T
/// has fewer bits to T: the same in all arithmetics from binary32 on, where this moves each
/// curvature by about 1e-7 of itself, however small (A. M. Ostrowski, doi 10.1073/pnas.45.5.740).
struct Quadratic {
  static constexpr std::string_view name = "quadratic";
  static constexpr std::string_view summary = "a bowl of any spectrum, in any direction";
  static constexpr Targets needs = Targets::none;

  std::uint64_t size = 10;
  std::string spectrum = "geometric";
  Decimal largest = "1";
  Decimal condition = "100";
  bool rotation = false;
  std::uint64_t seed = 1;
  Decimal start_at = "1";

  static auto options() {
    static constexpr Constraint at_least_one{"a number >= 1", "1e4",
                                             [](const Decimal& x) { return x >= "1"; }};
    static constexpr Constraint sizes{
        "a whole number from 1 to 10000000", "100",
        [](const Decimal& x) { return x.exponent() >= 0 && x >= "1" && x <= "10000000"; }};
    return std::tuple{Option{"size", &Quadratic::size, "parameters", sizes},
                      Option{"spectrum",
                             &Quadratic::spectrum,
                             "curvatures from largest to largest/condition, or these over and over",
                             {"numbers >= 0 such as \"1, 1e-3\"", "geometric", nullptr},
                             [] {
                               return std::vector<std::string_view>{"geometric", "linear"};
                             },
                             [](std::string_view text) { return numbers(text).has_value(); }},
                      Option{"largest", &Quadratic::largest, "curvature of all", positive},
                      Option{"condition", &Quadratic::condition,
                             "the largest curvature by the smallest", at_least_one},
                      Option{"rotation", &Quadratic::rotation, "whether its axes point anywhere"},
                      Option{"seed", &Quadratic::seed, "of the rotation", seed32},
                      Option{"start", &Quadratic::start_at, "every parameter's", any_real}};
  }

  /// Keys without effect, each with what would give it one.
  std::vector<Idle> idle() const {
    if (rotation) return {};
    return {{"seed", "rotation = true"}};
  }

  std::string conflict() const {
    const auto given = numbers(spectrum);
    if (given && given->size() > size) {
      return "spectrum has " + std::to_string(given->size()) + " numbers for a size of " +
             std::to_string(size) + "; expected size = " + std::to_string(given->size()) +
             " or more";
    }
    if (given && (largest != "1" || condition != "100")) {
      return "a spectrum of numbers has its own largest and condition; expected neither key, or "
             "spectrum = \"geometric\"";
    }
    if (rotation && size > 2000) {
      return "drawing a rotation takes 4 size^3 operations; expected size at most 2000, or "
             "rotation = false";
    }
    return "";
  }

  double parameters(const Sizes&) const { return static_cast<double>(size); }
  double values(const Sizes&) const {
    const auto n = static_cast<double>(size);
    return (rotation ? 2 * n * n : 0) + 3 * n;
  }

  Start start(std::size_t, std::size_t, std::mt19937&) const {
    return std::vector<Decimal>(size, start_at);
  }

  /// h_i in wide arithmetic W, i = 0 .. size-1; its round-off is far below an ulp of any T.
  template <class W>
  std::vector<W> curvatures() const {
    std::vector<W> all;
    if (const auto given = numbers(spectrum)) {
      for (std::size_t i = 0; i < size; ++i) {
        all.push_back(from_decimal<W>((*given)[i % given->size()]));
      }
      return all;
    }
    const W top = from_decimal<W>(largest), ratio = from_decimal<W>(condition);
    const W last(std::max<std::size_t>(size - 1, 1));
    for (std::size_t i = 0; i < size; ++i) {
      const W place = W(i) / last;
      const W factor = spectrum == "linear" ? W((last - W(i)) / last + place / ratio)
                                            : elementary::exp2(W(-place * elementary::log2(ratio)));
      all.push_back(top * factor);
    }
    return all;
  }

  template <class T>
  class In;

 private:
  /// The numbers of a text such as "1, 1e-3", all >= 0; nothing where it is none such.
  static std::optional<std::vector<Decimal>> numbers(std::string_view text);
};

inline std::optional<std::vector<Decimal>> Quadratic::numbers(std::string_view text) {
  std::vector<Decimal> all;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    std::string_view item = text.substr(at, comma - at);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    try {
      all.emplace_back(item);
    } catch (const std::invalid_argument&) {
      return std::nullopt;
    }
    if (all.back().negative()) return std::nullopt;
    at = comma + 1;
  }
  return all;
}

template <class T>
class Quadratic::In final : public Model<T> {
 public:
  explicit In(const Quadratic& options, const Roles<T>& roles = Roles<T>()) : roles_(roles) {
    for (const auto& h : options.curvatures<HyperArithmetic<T>>()) h_.push_back(convert<T>(h));
    u_.resize(h_.size());
    s_.resize(h_.size());
    if (!options.rotation) return;
    const std::size_t n = h_.size();
    std::mt19937 generator(static_cast<std::uint32_t>(options.seed));
    const std::vector<double> rows = orthonormal(n, n, generator);
    for (const double value : rows) by_row_.push_back(convert<T>(static_cast<float>(value)));
    by_column_.resize(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) by_column_[j * n + i] = by_row_[i * n + j];
    }
  }

  Layout layout() const override { return Layout(h_.size()); }

  T loss_and_gradient(std::uint64_t step, std::span<const T> parameters, std::span<T> gradient,
                      Batch = {}) override {
    const auto& forward = roles_[Role::activations];
    const auto& of_loss = roles_[Role::loss];
    const auto& backward = roles_[Role::gradient];
    std::span<const T> u = parameters;
    if (rotated()) {
      weighted_row_sum<T>(by_column_, parameters, u_, forward, step, 0);
      forward.store(u_, forward.site(0, step, 0));
      u = u_;
    }
    T sum(0);
    for (std::size_t i = 0; i < h_.size(); ++i) {
      const T square = of_loss.product(u[i], u[i], of_loss.site(i, step, 0));
      const T term = of_loss.product(h_[i], square, of_loss.site(i, step, 1));
      sum = of_loss.sum(sum, term, of_loss.site(i, step, 2));
      s_[i] = backward.product(h_[i], u[i], backward.site(i, step, 0));
    }
    sum = of_loss.product(sum, T(0.5F), of_loss.site(0, step, 3));
    of_loss.store({&sum, 1}, of_loss.site(0, step, 4));
    backward.store(s_, backward.site(0, step, 1));
    if (!rotated()) {
      std::copy(s_.begin(), s_.end(), gradient.begin());
      return sum;
    }
    weighted_row_sum<T>(by_row_, s_, gradient, backward, step, 2);
    backward.store(gradient, backward.site(0, step, 2));
    return sum;
  }

  void hessian_vector(std::span<const T>, std::span<const T> direction,
                      std::span<T> product) override {
    std::vector<T> s(direction.begin(), direction.end());
    if (rotated()) weighted_row_sum<T>(by_column_, direction, s);
    for (std::size_t i = 0; i < s.size(); ++i) s[i] = h_[i] * s[i];
    if (rotated()) return weighted_row_sum<T>(by_row_, s, product);
    std::copy(s.begin(), s.end(), product.begin());
  }

 private:
  bool rotated() const { return !by_row_.empty(); }

  Roles<T> roles_;
  std::vector<T> h_, by_row_, by_column_;  ///< h; Q by rows and by columns
  std::vector<T> u_, s_;
};

}  // namespace ulpscope
