#pragma once

#include <tweed/kernels/chosen_kernel.hpp>

namespace TWEED_NAMESPACE::kernels {

/// The kernels of one instruction set.
struct InstructionSet {
  const char* name;
  /// Has all kernels run on it.
  void (*set_kernels)();
};

// One for each time that kernels.cpp is compiled. A library has one or several.
extern const InstructionSet kernels_one;
extern const InstructionSet kernels_x86_64;
extern const InstructionSet kernels_x86_64_v3;
extern const InstructionSet kernels_x86_64_v4;

}  // namespace TWEED_NAMESPACE::kernels
