#pragma once

#include <vector>

namespace tests {

/// The gradient of `mean_loss()` by each of the outputs that it reads, from central differences.
template <class MeanLoss>
std::vector<double> loss_differences(std::vector<double>& outputs, const MeanLoss& mean_loss) {
  constexpr double step = 1e-5;
  std::vector<double> differences;
  for (double& output : outputs) {
    const double before = output;
    output = before + step;
    const double above = mean_loss();
    output = before - step;
    differences.push_back((above - mean_loss()) / (2.0 * step));
    output = before;
  }
  return differences;
}

}  // namespace tests
