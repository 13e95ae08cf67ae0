#pragma once

#include "commands.hpp"
#include "network.hpp"
#include "training_log.hpp"

#include <tweed/training/history.hpp>

namespace fashion_mnist {

struct Trained {
  History history;  ///< also of what was done before this process
  TrainingLog log;
};

/// Trains as `command` says, from the beginning or where the run in `command.out` was left, and
/// shows how it goes. Leaves the configuration and checkpoints there. Throws Interrupted after
/// Ctrl-C.
Trained train_network(Model<FashionCnn>& model, const Train& command, const Dataset<>& images,
                      const Dataset<>* validation);

}  // namespace fashion_mnist
