#pragma once

#include <tweed/core/namespace.hpp>

#include <atomic>

namespace TWEED_NAMESPACE::kernels {

/// Decides which of its instruction sets tweed::compiled uses, and sets all its kernels. Throws
/// Error where the environment variable TWEED_INSTRUCTION_SET asks for one that the library or the
/// machine does not have.
void choose_kernels();

/// A kernel of tweed::compiled: a function of the instruction set that is chosen when the first
/// kernel is called.
template <class Function>
class ChosenKernel;

template <class Result, class... Arguments>
class ChosenKernel<Result(Arguments...)> {
 public:
  using Function = Result(Arguments...);

  void set(Function& function) { function_.store(&function, std::memory_order_release); }

  Result operator()(Arguments... arguments) const {
    Function* function = function_.load(std::memory_order_acquire);
    if (function == nullptr) [[unlikely]] {
      choose_kernels();
      function = function_.load(std::memory_order_acquire);
    }
    return function(arguments...);
  }

 private:
  std::atomic<Function*> function_ = nullptr;
};

}  // namespace TWEED_NAMESPACE::kernels
