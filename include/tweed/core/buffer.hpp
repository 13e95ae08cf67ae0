#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/moved_size.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace TWEED_NAMESPACE {

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

/// Bytes that it owns; none after a move.
class OwnedBytes {
 public:
  OwnedBytes() = default;
  explicit OwnedBytes(Index bytes) : data_(allocate_block(bytes)), bytes_(bytes) {}
  OwnedBytes(OwnedBytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}
  OwnedBytes& operator=(OwnedBytes other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~OwnedBytes() {
    if (data_ != nullptr) ::operator delete(data_, block_alignment(bytes_));
  }

  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  Index bytes_ = 0;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_count(Index count) {
  throw Error(text("memory: a block of ", count, " elements was asked for, which no machine has"));
}

}  // namespace detail

/// A block of numbers of fixed size, zero at first; none is left after a move.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  /// Throws Error where there cannot be so many, and std::bad_alloc where there is no memory left.
  explicit Buffer(Index count) : block_(bytes(count)), count_(count) {
    std::fill_n(data(), count, T{});
  }
  Buffer(const Buffer& other) : Buffer(other.size()) { std::copy_n(other.data(), size(), data()); }
  Buffer(Buffer&& other) noexcept = default;
  Buffer& operator=(Buffer other) noexcept {
    block_ = std::move(other.block_);
    count_ = std::move(other.count_);
    return *this;
  }
  ~Buffer() = default;

  T* data() { return static_cast<T*>(block_.data()); }
  const T* data() const { return static_cast<const T*>(block_.data()); }
  Index size() const { return count_; }
  std::span<T> values() { return {data(), static_cast<std::size_t>(count_)}; }
  std::span<const T> values() const { return {data(), static_cast<std::size_t>(count_)}; }

 private:
  static Index bytes(Index count) {
    constexpr Index most = std::numeric_limits<Index>::max() / 2 / Index{sizeof(T)};
    if (count < 0 || count > most) detail::refuse_count(count);
    return aligned_bytes(count * Index{sizeof(T)});
  }

  detail::OwnedBytes block_;
  MovedSize count_;
};

}  // namespace TWEED_NAMESPACE
