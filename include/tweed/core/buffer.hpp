#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

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

/// A block of numbers of fixed size, zero at first.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  explicit Buffer(Index count)
      : data_(static_cast<T*>(::operator new (bytes(count), std::align_val_t{alignment}))),
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
    void operator()(T* data) const { ::operator delete (data, std::align_val_t{alignment}); }
  };
  static std::size_t bytes(Index count) {
    return static_cast<std::size_t>(aligned_bytes(count * Index{sizeof(T)}));
  }

  std::unique_ptr<T, Release> data_;
  Index count_ = 0;
};

}  // namespace tweed
