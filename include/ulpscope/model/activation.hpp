// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ulpscope/model/dual.hpp"

namespace ulpscope {

/// What is between two layers of a network:
///
///   tanh   f(z) = tanh(z)       f' = 1 - f f
///   relu   f(z) = max(z, 0)     f' = 1 for z > 0, else 0
///   gelu   f(z) = z D(z)        f' = D(z) + z d(z)   D, d: the normal distribution and density
///
/// relu: V. Nair and G. E. Hinton, ICML 2010; gelu: D. Hendrycks and K. Gimpel, arXiv 1606.08415,
/// not its approximation. D, d and tanh are operations as + - * / are (format/functions.hpp). A NaN
/// stays one, and gelu's product of an infinite z and a share of 0 is one.
enum class Activation : std::uint8_t { tanh, relu, gelu };

struct ActivationName {
  std::string_view name;
  Activation activation;
};
/// The one list of activations.
inline constexpr std::array activation_list{ActivationName{"tanh", Activation::tanh},
                                            ActivationName{"relu", Activation::relu},
                                            ActivationName{"gelu", Activation::gelu}};

inline std::vector<std::string_view> activation_names() {
  std::vector<std::string_view> names;
  names.reserve(activation_list.size());
  for (const ActivationName& entry : activation_list) names.push_back(entry.name);
  return names;
}
/// Of a name that the list has.
inline Activation activation_named(std::string_view name) {
  return std::find_if(activation_list.begin(), activation_list.end(),
                      [&](const ActivationName& entry) { return entry.name == name; })
      ->activation;
}

/// a = f(z), stored in the role; `operation` counts on.
template <class E, class Ops>
void activate(Activation activation, std::span<const E> z, std::span<E> a, const Ops& role,
              std::uint64_t step, std::uint64_t& operation) {
  for (std::size_t i = 0; i < z.size(); ++i) {
    const auto at = [&](std::uint64_t n) { return role.site(i, step, operation + n); };
    switch (activation) {
      case Activation::tanh: a[i] = role.function(elementary::tanh(z[i]), at(0)); break;
      case Activation::relu: a[i] = E(0) > z[i] ? E(0) : z[i]; break;
      case Activation::gelu:
        const E share = role.function(elementary::normal_distribution(z[i]), at(0));
        a[i] = role.product(z[i], share, at(1));
        break;
    }
  }
  role.store(a, role.site(0, step, operation + 2));
  operation += 3;
}

/// s = s f'(z), stored in the role; `operation` counts on.
template <class E, class Ops>
void slope(Activation activation, std::span<const E> z, std::span<const E> a, std::span<E> s,
           const Ops& role, std::uint64_t step, std::uint64_t& operation) {
  for (std::size_t i = 0; i < z.size(); ++i) {
    const auto at = [&](std::uint64_t n) { return role.site(i, step, operation + n); };
    switch (activation) {
      case Activation::tanh: {
        const E square = role.product(a[i], a[i], at(0));
        s[i] = role.product(s[i], role.difference(E(1), square, at(1)), at(2));
        break;
      }
      case Activation::relu:
        if (!(z[i] > E(0)) && !(z[i] != z[i])) s[i] = E(0);
        break;
      case Activation::gelu: {
        const E share = role.function(elementary::normal_distribution(z[i]), at(0));
        const E density = role.function(elementary::normal_density(z[i]), at(1));
        const E slant = role.product(z[i], density, at(2));
        s[i] = role.product(s[i], role.sum(share, slant, at(3)), at(4));
        break;
      }
    }
  }
  role.store(s, role.site(0, step, operation + 5));
  operation += 6;
}

}  // namespace ulpscope
