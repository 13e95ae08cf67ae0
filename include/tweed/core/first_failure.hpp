#pragma once

#include <tweed/core/shape.hpp>

#include <atomic>
#include <exception>

namespace TWEED_NAMESPACE::detail {

/// What the body of a parallel loop threw, at the lowest i: an exception must not leave the thread
/// that it was thrown in, or the program ends.
class FirstFailure {
 public:
  /// In a handler: keeps the exception that is being handled.
  [[gnu::cold, gnu::noinline]] void keep(Index i) noexcept {
    while (is_busy_.test_and_set(std::memory_order_acquire)) is_busy_.wait(true);
    if (exception_ == nullptr || i < index_) {
      index_ = i;
      exception_ = std::current_exception();
    }
    is_busy_.clear(std::memory_order_release);
    is_busy_.notify_one();
  }

  /// When all have finished.
  void rethrow() const {
    if (exception_ != nullptr) std::rethrow_exception(exception_);
  }

 private:
  std::atomic_flag is_busy_;
  Index index_ = 0;
  std::exception_ptr exception_;
};

}  // namespace TWEED_NAMESPACE::detail
