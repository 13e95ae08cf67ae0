#include "profile.hpp"

#include "network.hpp"

#include <algorithm>

namespace fashion_mnist {

StepProfile profile_step(const Train& command, double step_seconds) {
  const double rounds_a_second = 1.0 / std::max(step_seconds, 1e-6);
  const ProfileOptions options{.batch_size = command.batch_size,
                               .threads = command.threads,
                               .rounds = static_cast<int>(std::clamp(rounds_a_second, 3.0, 50.0))};
  if (command.optimizer == Optimizer::adam) {
    return profile_training_step<FashionCnn>(SoftmaxCE{}, Adam{}, options);
  }
  return profile_training_step<FashionCnn>(SoftmaxCE{}, SGD{.momentum = sgd_momentum}, options);
}

}  // namespace fashion_mnist
