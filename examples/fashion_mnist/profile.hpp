#pragma once

#include "commands.hpp"

#include <tweed/training/profile.hpp>

namespace fashion_mnist {

/// Times a step like those that `command` trains with, for about a second; `step_seconds` is what
/// one took.
tweed::StepProfile profile_step(const Train& command, double step_seconds);

}  // namespace fashion_mnist
