#pragma once

#include "commands.hpp"
#include "test_report.hpp"
#include "training_log.hpp"

#include <filesystem>

namespace fashion_mnist {

/// Writes what was asked for, how training went and how well it did as JSON. `final_train_loss` and
/// `final_train_accuracy` are means over the last 100 steps; `train_seconds` is training alone.
/// What this process has no steps for is null.
void write_metrics(const std::filesystem::path& path, const Train& command, const TrainingLog& log,
                   const TestReport& test);

}  // namespace fashion_mnist
