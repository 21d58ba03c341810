// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/probe/curvature.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "ulpscope/kernel/native_sum.hpp"

namespace ulpscope {

namespace {

/// out = on and below the diagonal of the n x n matrix of sums over r of
/// weights_r matrix_ri matrix_rk, r ascending; matrix has a row of `columns` for each r.
void weighted_products(const std::vector<double>& matrix, std::size_t columns,
                       std::span<const double> weights, std::size_t n, std::vector<double>& out) {
  out.resize(n * n);
  std::vector<double> weighted(matrix.size() / columns);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t r = 0; r < weighted.size(); ++r) {
      const double value = matrix[r * columns + i];
      weighted[r] = weights.empty() ? value : weights[r] * value;
    }
    kernel::row_sum<double>(matrix, columns, weighted, std::span(out).subspan(i * n, i + 1));
  }
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

LinearCurvature::LinearCurvature(std::span<const double> inputs, std::size_t samples, double c)
    : samples_(samples), size_(inputs.size() / samples + 1), c_(c) {
  const std::size_t features = size_ - 1;
  const auto value = [&](std::size_t i, std::size_t j) {
    return j < features ? inputs[i * features + j] : 1.0;
  };
  const bool by_sample = size_ < samples_;  // sums run over samples
  const std::size_t rows = by_sample ? samples_ : size_;
  columns_ = by_sample ? size_ : samples_;
  inputs_.assign(rows * columns_, 0.0);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t k = 0; k < columns_; ++k) {
      inputs_[r * columns_ + k] = by_sample ? value(r, k) : value(k, r);
    }
  }
  if (!by_sample) return;
  weighted_products(inputs_, columns_, {}, size_, products_);
  inputs_ = std::vector<double>();
}

double LinearCurvature::largest(std::span<const double>, std::span<const double> scale) {
  std::vector<double> matrix;
  if (products_.empty()) {
    std::vector<double> squares;
    for (const double s : scale) squares.push_back(s * s);
    weighted_products(inputs_, columns_, squares, samples_, matrix);
    return c_ * largest_eigenvalue(matrix, samples_);
  }
  matrix = products_;
  for (std::size_t i = 0; i < scale.size(); ++i) {
    for (std::size_t k = 0; k <= i; ++k) matrix[i * size_ + k] *= scale[i] * scale[k];
  }
  return c_ * largest_eigenvalue(matrix, size_);
}

LanczosCurvature::LanczosCurvature(std::unique_ptr<Model<double>> model)
    : model_(std::move(model)), start_(model_->parameters()) {
  std::mt19937 generator(1);
  for (double& x : start_) x = static_cast<double>(generator()) * 0x1p-31 - 1;
  const double length = std::sqrt(dot(start_, start_));
  for (double& x : start_) x /= length;
}

double LanczosCurvature::largest(std::span<const double> parameters,
                                 std::span<const double> scale) {
  constexpr double enough = 0x1p-30;
  constexpr double u = 0x1p-53;
  const std::size_t n = start_.size(), most = std::min(n, most_products);
  const auto scaled = [&](std::vector<double>& v) {
    for (std::size_t i = 0; i < scale.size(); ++i) v[i] *= scale[i];
  };
  std::vector<std::vector<double>> basis{start_};
  std::vector<double> diagonal, beside, product(n);
  for (products_ = 1;; ++products_) {
    const std::vector<double>& v = basis.back();
    std::vector<double> direction = v;
    scaled(direction);
    model_->hessian_vector(parameters, direction, product);
    scaled(product);
    diagonal.push_back(dot(v, product));
    if (!std::isfinite(dot(product, product))) return std::numeric_limits<double>::quiet_NaN();
    for (int pass = 0; pass < 2; ++pass) {
      for (const std::vector<double>& earlier : basis) {
        const double share = dot(earlier, product);
        for (std::size_t i = 0; i < n; ++i) product[i] -= share * earlier[i];
      }
    }
    const double left = std::sqrt(dot(product, product));
    const bool last = products_ == most;
    // Round-off of this size stays of a vector that the others span.
    double magnitude = std::abs(diagonal.back());
    for (const double b : beside) magnitude = std::max(magnitude, b);
    const bool spanned = left <= static_cast<double>(n) * u * magnitude;
    if (last || spanned || products_ % 5 == 0) {
      const TridiagonalEnd end = largest_of_tridiagonal(diagonal, beside);
      const bool close = !(left * std::abs(end.last) > enough * end.magnitude);
      if (last || spanned || close) {
        return end.eigenvalue;
      }
    }
    beside.push_back(left);
    for (double& x : product) x /= left;
    basis.push_back(product);
  }
}

}  // namespace ulpscope
