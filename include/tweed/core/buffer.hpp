#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace tweed {

/// Every block starts on a cache line, which is also as wide as the widest vector register.
inline constexpr Index alignment = 64;

/// `bytes` rounded up to whole cache lines.
constexpr Index aligned_bytes(Index bytes) {
  return (bytes + alignment - 1) / alignment * alignment;
}

/// `count` elements of T rounded up to whole cache lines, in elements.
template <class T>
constexpr Index aligned_count(Index count) {
  return aligned_bytes(count * Index{sizeof(T)}) / Index{sizeof(T)};
}

namespace detail {

/// What a large page holds, where the system has them: 512 times an ordinary one, so that kernels
/// that jump about in a block seldom wait for the address of a page.
inline constexpr Index large_page = Index{2} << 20;

/// Where a block of that many bytes must begin.
constexpr std::align_val_t block_alignment(Index bytes) {
  return std::align_val_t{static_cast<std::size_t>(bytes < large_page ? alignment : large_page)};
}

inline void* allocate_block(Index bytes) {
  void* const block = ::operator new(static_cast<std::size_t>(bytes), block_alignment(bytes));
#ifdef MADV_HUGEPAGE
  // A wish: where it is not granted, ordinary pages serve as well.
  if (bytes >= large_page) ::madvise(block, static_cast<std::size_t>(bytes), MADV_HUGEPAGE);
#endif
  return block;
}

inline void release_block(void* block, Index bytes) {
  ::operator delete(block, block_alignment(bytes));
}

}  // namespace detail

/// A block of numbers of fixed size, zero at first.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  explicit Buffer(Index count)
      : data_(static_cast<T*>(detail::allocate_block(bytes(count))), {bytes(count)}),
        count_(count) {
    std::fill_n(data(), count, T{});
  }
  Buffer(const Buffer& other) : Buffer(other.size()) { std::copy_n(other.data(), count_, data()); }
  Buffer(Buffer&& other) noexcept = default;
  Buffer& operator=(Buffer other) noexcept {
    data_.swap(other.data_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~Buffer() = default;

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  Index size() const { return count_; }
  std::span<T> values() { return {data(), static_cast<std::size_t>(count_)}; }
  std::span<const T> values() const { return {data(), static_cast<std::size_t>(count_)}; }

 private:
  struct Release {
    Index bytes = 0;
    void operator()(T* data) const { detail::release_block(data, bytes); }
  };
  static Index bytes(Index count) { return aligned_bytes(count * Index{sizeof(T)}); }

  std::unique_ptr<T, Release> data_;
  Index count_ = 0;
};

}  // namespace tweed
