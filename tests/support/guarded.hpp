#pragma once

#include <tweed/core/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace tests {

/// Memory for `count` elements that starts on a cache line, full of NaN, between two zones that
/// nobody may write to. Who reads from those gets a number near the largest there is.
template <class T>
class Guarded {
 public:
  explicit Guarded(tweed::Index count)
      : count_(count), block_(2 * zone + count * tweed::Index{sizeof(T)}) {
    const tweed::Index bytes = count * tweed::Index{sizeof(T)};
    std::fill_n(block_.data(), zone, guard);
    std::fill_n(block_.data() + zone, bytes, std::byte{0xFF});
    std::fill_n(block_.data() + zone + bytes, zone, guard);
  }

  T* data() { return reinterpret_cast<T*>(block_.data() + zone); }
  std::span<T> values() { return {data(), static_cast<std::size_t>(count_)}; }

  /// A copy of the elements.
  std::vector<T> copy() { return {values().begin(), values().end()}; }

  bool intact() const {
    const auto is_guard = [](std::byte byte) { return byte == guard; };
    const auto bytes = block_.values();
    return std::ranges::all_of(bytes.first(zone), is_guard) &&
           std::ranges::all_of(bytes.last(zone), is_guard);
  }

 private:
  static constexpr tweed::Index zone = 16 * tweed::alignment;
  static constexpr std::byte guard{0xFE};

  tweed::Index count_;
  tweed::Buffer<std::byte> block_;
};

}  // namespace tests
