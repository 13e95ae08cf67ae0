#pragma once

#include "training_log.hpp"

#include <tweed/training/history.hpp>

#include <filesystem>

namespace fashion_mnist {

/// Writes loss, accuracy and learning rate of the steps, and what each step of this process took,
/// as an event file for TensorBoard: at most 10,000 points a curve.
void write_events(const std::filesystem::path& path, const tweed::History& history,
                  const TrainingLog& log);

}  // namespace fashion_mnist
