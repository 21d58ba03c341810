// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/model/dual.hpp"
#include "ulpscope/model/inputs.hpp"

namespace ulpscope {

/// How outputs z_ik of samples i become a loss, the sum over i in ascending order of
///
///   squares         r_i^2, r_i = z_i - y_i               s_i = 2 r_i
///   cross-entropy, two classes: one output, label y_i
///     max(z_i, 0) + log(1 + e_i), for y_i = 1 max(-z_i, 0) + ...    e_i = exp(-|z_i|)
///     s_i = the share 1/(1 + e_i) or e_i/(1 + e_i) that the wrong class has, negative for y_i = 1
///   cross-entropy, more classes: an output a class, m the first of the largest outputs
///     (z_im - z_iy) + log(1 + sum over k but m of e_ik)  e_ik = exp(z_ik - z_im)
///     s_ik = e_ik / q_i for k but y;  s_iy = -(sum over k but y of e_ik) / q_i
///     q_i = 1 + sum over k but m of e_ik
///
/// and s its slope by z_ik. Means are divided by the number of samples, rounded to the arithmetic,
/// loss and s alike. Sums over k are in ascending order. No term is a difference of nearly equal
/// numbers, so that losses and slopes far below an ulp of 1 are right. A gap z_ik - z_im beyond all
/// numbers of an arithmetic without infinities is a NaN.
///
/// Stored are the loss (loss) and s (gradient); each role evaluates the exponentials it needs.
struct Loss {
  bool squares = true;
  bool mean = false;

  /// The names that studies have for them.
  static std::vector<std::string_view> regression() { return {"sum-squared", "mean-squared"}; }
  static std::vector<std::string_view> classification() {
    return {"mean-cross-entropy", "sum-cross-entropy"};
  }
  static Loss named(std::string_view name) {
    return {name.ends_with("-squared"), name.starts_with("mean-")};
  }

  /// One for squares and for two classes, else one a class.
  std::size_t outputs(std::size_t classes) const { return squares || classes == 2 ? 1 : classes; }

  /// Why data with so many classes, 0 for real targets, cannot have this loss, or nothing.
  std::string mismatch(std::uint64_t classes) const {
    if (squares || classes > 0) return "";
    return "cross-entropy needs labels, and the data have real targets; expected for example "
           "data.kind = \"teacher\" with classes = 2";
  }

  /// How many operations of the gradient's role it takes for itself.
  std::uint64_t operations(std::size_t outputs) const { return squares ? 3 : part(outputs, 0); }

  /// Outputs are units x samples, as the slopes s are.
  template <class E, class T, class OfLoss, class Backward>
  E evaluate(const Inputs<T>& x, std::span<const E> z, std::span<E> s, const OfLoss& of_loss,
             const Backward& backward, std::uint64_t step) const {
    const T count = convert<T>(static_cast<double>(x.count));
    const std::size_t outputs = z.size() / x.count;
    E sum(0);
    const bool plain = squares && !mean && of_loss.plain() && backward.plain();
    for (std::size_t i = 0; plain && i < x.count; ++i) {
      const E r = z[i] - E(x.targets[i]);
      sum = sum + r * r;
      s[i] = E(2) * r;
    }
    for (std::size_t i = 0; !plain && i < x.count; ++i) {
      const auto at = [&](std::uint64_t n) { return of_loss.site(i, step, n); };
      const auto back = [&](std::uint64_t n) { return backward.site(i, step, n); };
      if (squares) {
        const E r = of_loss.difference(z[i], E(x.targets[i]), at(0));
        sum = of_loss.sum(sum, of_loss.product(r, r, at(1)), at(2));
        s[i] = backward.product(E(2), r, back(0));
      } else if (outputs == 1) {
        sum = of_loss.sum(sum, two_classes(z[i], x.labels[i] == 1, of_loss, at), at(2));
        s[i] = slope_of_two(z[i], x.labels[i] == 1, backward, back);
      } else {
        const Outputs<E> of{z.subspan(i), x.count, outputs};
        sum = of_loss.sum(sum, classes(of, x.labels[i], of_loss, at), at(2));
        slopes_of_classes(of, x.labels[i], s.subspan(i), backward, back);
      }
      if (mean) {
        for (std::size_t k = 0; k < outputs; ++k) {
          E& slope = s[k * x.count + i];
          slope = backward.quotient(slope, E(count), back(k == 0 ? 1 : part(k, 6)));
        }
      }
    }
    if (mean) sum = of_loss.quotient(sum, E(count), of_loss.site(0, step, 3));
    of_loss.store(std::span<E>(&sum, 1), of_loss.site(0, step, 4));
    backward.store(s, backward.site(0, step, 2));
    return sum;
  }

 private:
  /// Operations 0 to 4 are the sample's or the store's, then come those of each class.
  static constexpr std::uint64_t part(std::uint64_t k, std::uint64_t operation) {
    return 5 + 7 * k + operation;
  }

  /// A sample's outputs, `stride` apart.
  template <class E>
  struct Outputs {
    std::span<const E> z;
    std::size_t stride, count;

    const E& operator[](std::size_t k) const { return z[k * stride]; }
    std::size_t largest() const {
      std::size_t m = 0;
      for (std::size_t k = 1; k < count; ++k) {
        if ((*this)[k] > (*this)[m]) m = k;
      }
      return m;
    }
  };

  /// exp(-|z|)
  template <class E, class Ops, class At>
  static E decay(const E& z, const Ops& role, const At& at) {
    return role.function(elementary::exp(z > E(0) ? E(-z) : z), at(part(0, 0)));
  }

  template <class E, class Ops, class At>
  static E two_classes(const E& z, bool one, const Ops& role, const At& at) {
    const E tail = role.function(elementary::log1p(decay(z, role, at)), at(part(0, 1)));
    const E toward = one ? E(-z) : z;
    const E wrong = toward > E(0) ? toward : E(0);
    return role.sum(wrong, tail, at(1));
  }

  template <class E, class Ops, class At>
  static E slope_of_two(const E& z, bool one, const Ops& role, const At& at) {
    const E e = decay(z, role, at);
    const bool wrong_is_larger = one ? !(z > E(0)) : z > E(0);
    const E whole = role.sum(E(1), e, at(part(0, 1)));
    const E share = role.quotient(wrong_is_larger ? E(1) : e, whole, at(part(0, 2)));
    return one ? E(-share) : share;
  }

  /// exp(z_k - z_m)
  template <class E, class Ops, class At>
  static E relative(const Outputs<E>& z, std::size_t k, std::size_t m, const Ops& role,
                    const At& at) {
    const E below = role.difference(z[k], z[m], at(part(k, 0)));
    return role.function(elementary::exp(below), at(part(k, 1)));
  }

  template <class E, class Ops, class At>
  static E classes(const Outputs<E>& z, std::size_t label, const Ops& role, const At& at) {
    const std::size_t m = z.largest();
    E others(0);
    for (std::size_t k = 0; k < z.count; ++k) {
      if (k == m) continue;
      others = role.sum(others, relative(z, k, m, role, at), at(part(k, 2)));
    }
    const E tail = role.function(elementary::log1p(others), at(part(0, 3)));
    return role.sum(role.difference(z[m], z[label], at(0)), tail, at(1));
  }

  template <class E, class Ops, class At>
  static void slopes_of_classes(const Outputs<E>& z, std::size_t label, std::span<E> s,
                                const Ops& role, const At& at) {
    const std::size_t m = z.largest();
    E others(0), wrong(0);
    for (std::size_t k = 0; k < z.count; ++k) {
      const E e = k == m ? E(1) : relative(z, k, m, role, at);
      if (k != m) others = role.sum(others, e, at(part(k, 2)));
      if (k != label) wrong = role.sum(wrong, e, at(part(k, 3)));
      s[k * z.stride] = e;
    }
    const E whole = role.sum(E(1), others, at(part(0, 4)));
    for (std::size_t k = 0; k < z.count; ++k) {
      E& slope = s[k * z.stride];
      slope = role.quotient(k == label ? E(-wrong) : slope, whole, at(part(k, 5)));
    }
  }
};

}  // namespace ulpscope
