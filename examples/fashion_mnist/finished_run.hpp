#pragma once

#include "commands.hpp"
#include "network.hpp"
#include "test_report.hpp"
#include "training_log.hpp"

#include <tweed/training/history.hpp>
#include <tweed/training/profile.hpp>

#include <span>

namespace fashion_mnist {

/// All that is known after training; what it writes down is made of this.
struct FinishedRun {
  const Train& command;
  const Model<FashionCnn>& model;
  const History& history;
  const TrainingLog& log;  ///< of the last steps of `history`, those of this process
  const Dataset<>& train_data;
  const Dataset<>& test_data;
  std::span<const float> logits;  ///< for `test_data`
  const TestReport& test;
  const StepProfile& profile;
};

}  // namespace fashion_mnist
