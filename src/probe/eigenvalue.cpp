// SPDX-License-Identifier: BSL-1.0
// Eigen's one place. Its vectors differ with the instruction set, and its solvers' results with
// them; its fast square root is not correctly rounded.
#define EIGEN_DONT_VECTORIZE
#define EIGEN_FAST_MATH 0
#define EIGEN_DONT_PARALLELIZE
#include <algorithm>
#include <cmath>
#include <Eigen/Eigenvalues>
#include <limits>

#include "ulpscope/probe/curvature.hpp"

namespace ulpscope {

namespace {
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

double largest_eigenvalue(const std::vector<double>& matrix, std::size_t n) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k <= i; ++k) {
      if (!std::isfinite(matrix[i * n + k])) return not_a_number;
    }
  }
  const auto size = static_cast<Eigen::Index>(n);
  const Eigen::MatrixXd symmetric = Eigen::Map<const Matrix>(matrix.data(), size, size);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric, Eigen::EigenvaluesOnly);
  return solver.info() == Eigen::Success ? solver.eigenvalues()[size - 1] : not_a_number;
}

TridiagonalEnd largest_of_tridiagonal(const std::vector<double>& diagonal,
                                      const std::vector<double>& beside) {
  const auto size = static_cast<Eigen::Index>(diagonal.size());
  const Eigen::VectorXd on = Eigen::Map<const Eigen::VectorXd>(diagonal.data(), size);
  const Eigen::VectorXd off = Eigen::Map<const Eigen::VectorXd>(beside.data(), size - 1);
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(on, off, Eigen::ComputeEigenvectors);
  if (solver.info() != Eigen::Success) return {not_a_number, not_a_number, not_a_number};
  const double largest = solver.eigenvalues()[size - 1];
  return {largest, solver.eigenvectors()(size - 1, size - 1),
          std::max(std::abs(largest), std::abs(solver.eigenvalues()[0]))};
}

}  // namespace ulpscope
