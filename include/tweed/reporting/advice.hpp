#pragma once

#include <tweed/core/namespace.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// Something to try next, and how, which may be empty.
struct Advice {
  enum class Kind {
    more_samples,
    longer,
    smaller_steps,
    another_optimizer,
    validation,
    another_seed
  };

  Kind kind;
  std::string what;
  std::string why;
  std::string how = {};
};

}  // namespace TWEED_NAMESPACE
