#pragma once

#include <tweed/core/namespace.hpp>

#include <Eigen/Eigenvalues>

#include <cstddef>
#include <vector>

namespace TWEED_NAMESPACE::kernels {

/// Eigenvalues [n] of a symmetric matrix, and its eigenvectors [n,n], a row each.
struct EigenPairs {
  std::vector<double> values;
  std::vector<double> vectors;
};

/// For a matrix [n,n] of which the part on and below the diagonal is set.
[[gnu::cold]] inline EigenPairs eigen_pairs(const std::vector<double>& matrix, std::size_t n) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto size = static_cast<Eigen::Index>(n);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(
      Eigen::Map<const Matrix>(matrix.data(), size, size));
  const Matrix rows = solver.eigenvectors().transpose();
  return {{solver.eigenvalues().begin(), solver.eigenvalues().end()},
          {rows.data(), rows.data() + rows.size()}};
}

}  // namespace TWEED_NAMESPACE::kernels
