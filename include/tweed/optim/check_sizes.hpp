#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <span>

namespace TWEED_NAMESPACE::detail {

/// Throws Error unless an optimiser has a gradient and a place in its state for each parameter.
template <class T>
void check_sizes(const char* optimizer, std::span<const T> parameters, std::span<const T> gradients,
                 Index state) {
  if (gradients.size() == parameters.size() && state >= std::ssize(parameters)) return;
  throw Error(text(optimizer, ": ", std::ssize(parameters), " parameters, but ",
                   std::ssize(gradients), " gradients and a state for ", state));
}

}  // namespace TWEED_NAMESPACE::detail
