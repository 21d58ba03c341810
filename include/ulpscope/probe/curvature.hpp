// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "ulpscope/model/model.hpp"

namespace ulpscope {

/// How a loss curves, in binary64. The same bits whatever the vector width: sums run sequentially
/// along the reduced index, and what solves for eigenvalues uses no vectors.
class Curvature {
 public:
  virtual ~Curvature() = default;

  /// The largest eigenvalue (signed) of S H S, H the Hessian of the loss over all samples at these
  /// parameters and S the diagonal matrix of `scale`: one value a parameter, or none for S = 1. NaN
  /// where H or S has a value that is not finite.
  virtual double largest(std::span<const double> parameters, std::span<const double> scale) = 0;
};

/// H = c sum over samples i of X_i X_i^T, X_i = (x_i, 1): the loss of a linear model with a bias,
/// whose slopes have the derivative c. Exact but for round-off: with u = 2^-53 the relative error
/// is at most about (features + 3 samples) u.
///
/// The smaller of two matrices with the same eigenvalues but zeros is solved: samples x samples,
/// c X S^2 X^T, or parameters x parameters, c S X^T X S.
class LinearCurvature final : public Curvature {
 public:
  /// inputs: samples x features, row by row.
  LinearCurvature(std::span<const double> inputs, std::size_t samples, double c);

  double largest(std::span<const double> parameters, std::span<const double> scale) override;

 private:
  std::size_t samples_, size_;  ///< size_: parameters, the bias included
  double c_;
  std::size_t columns_;           ///< samples, or parameters
  std::vector<double> inputs_;    ///< reduced index x columns_; none where products_ are there
  std::vector<double> products_;  ///< X^T X where that is smaller
};

/// Any model's, by Lanczos iteration on its Hessian-vector products (C. Lanczos, doi
/// 10.6028/jres.045.026), each new vector orthogonalised twice against all before it.
///
/// From a fixed start with a share in every direction; after every fifth product the largest Ritz
/// value theta is computed, with its residual r = |A y - theta y|, known without another product
/// from the last component of the tridiagonal matrix's eigenvector (B. N. Parlett, "The Symmetric
/// Eigenvalue Problem", section 13.2). It ends
///
///   - where r <= 2^-30 |A|, |A| the largest Ritz value's magnitude. Then an eigenvalue of A is no
///     further than r from theta, whatever the spectrum; theta's own error is at most r^2 / gap,
///     gap the distance to the next eigenvalue: 2^-60 |A|^2 / gap (there, sections 4.5, 11.7).
///   - or after as many products as there are parameters, or where the vectors span all that the
///     start reaches: theta is then exact but for round-off.
///   - or after 300 products. theta is then a lower bound; from a random start the expected error
///     is below 0.103 (log(n 299^4) / 299)^2 of the spectrum's width, 0.2 % at n = 10^6
///     (J. Kuczynski and H. Wozniakowski, doi 10.1137/0613066).
class LanczosCurvature final : public Curvature {
 public:
  static constexpr std::size_t most_products = 300;

  explicit LanczosCurvature(std::unique_ptr<Model<double>> model);

  double largest(std::span<const double> parameters, std::span<const double> scale) override;

  /// Products that the last call took.
  std::size_t products() const { return products_; }

 private:
  std::unique_ptr<Model<double>> model_;
  std::vector<double> start_;
  std::size_t products_ = 0;
};

/// The largest eigenvalue of a symmetric n x n matrix, row by row, of which only what is on and
/// below the diagonal is read.
double largest_eigenvalue(const std::vector<double>& matrix, std::size_t n);

/// The largest eigenvalue of a symmetric tridiagonal matrix, the last component of its unit
/// eigenvector, and the largest magnitude of all eigenvalues.
struct TridiagonalEnd {
  double eigenvalue, last, magnitude;
};
/// One value less beside the diagonal than on it.
TridiagonalEnd largest_of_tridiagonal(const std::vector<double>& diagonal,
                                      const std::vector<double>& beside);

}  // namespace ulpscope
