#pragma once

#include "commands.hpp"

#include <CLI/CLI.hpp>

namespace fashion_mnist {

/// Adds `train` with all its options, which end up in `train`. With --config or --resume they also
/// come from a file that `write_config` wrote; what stands on the command line goes before it.
CLI::App& add_train(CLI::App& program, Train& train);

}  // namespace fashion_mnist
