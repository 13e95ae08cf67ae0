#pragma once

#include <tweed/core/shape.hpp>

#include <utility>

namespace TWEED_NAMESPACE {

/// The size of what lies beside it. A move takes both along and leaves zero: what was moved from
/// must not tell a size that it no longer has.
class MovedSize {
 public:
  constexpr MovedSize(Index size = 0) : size_(size) {}
  constexpr MovedSize(const MovedSize& other) = default;
  constexpr MovedSize(MovedSize&& other) noexcept : size_(std::exchange(other.size_, 0)) {}
  constexpr MovedSize& operator=(MovedSize other) noexcept {
    std::swap(size_, other.size_);
    return *this;
  }
  constexpr ~MovedSize() = default;

  constexpr operator Index() const { return size_; }

 private:
  Index size_;
};

}  // namespace TWEED_NAMESPACE
