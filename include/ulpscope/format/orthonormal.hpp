// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "ulpscope/format/normals.hpp"

namespace ulpscope {

/// Columns of `rows` values, orthonormal: normal ones by modified Gram-Schmidt, done twice, which
/// is enough (L. Giraud and J. Langou, "When modified Gram-Schmidt generates a well-conditioned set
/// of vectors", IMA Journal of Numerical Analysis 22, 2002). Value i of column j at j * rows + i.
inline std::vector<double> orthonormal(std::size_t rows, std::size_t columns,
                                       std::mt19937& generator) {
  const std::vector<float> drawn = normal_values(rows * columns, generator);
  std::vector<double> q(drawn.begin(), drawn.end());
  const auto dot = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) sum += q[a * rows + i] * q[b * rows + i];
    return sum;
  };
  for (std::size_t j = 0; j < columns; ++j) {
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t k = 0; k < j; ++k) {
        const double share = dot(j, k);
        for (std::size_t i = 0; i < rows; ++i) q[j * rows + i] -= share * q[k * rows + i];
      }
      const double norm = std::sqrt(dot(j, j));
      for (std::size_t i = 0; i < rows; ++i) q[j * rows + i] /= norm;
    }
  }
  return q;
}

}  // namespace ulpscope
