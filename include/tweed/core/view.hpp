#pragma once

#include <tweed/core/namespace.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace TWEED_NAMESPACE {

/// Neighbours in memory that somebody else owns, to be read. std::span does as much, but has the
/// compiler look anew at the iterators of each type.
template <class T>
class View {
 public:
  constexpr View() = default;
  constexpr View(const T* data, std::size_t size) : data_(data), size_(size) {}
  constexpr View(const std::vector<T>& list) : View(list.data(), list.size()) {}
  template <std::size_t length>
  constexpr View(const std::array<T, length>& list) : View(list.data(), length) {}

  constexpr const T* data() const { return data_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }
  constexpr const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  const T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace TWEED_NAMESPACE
