#pragma once

#include <tweed/core/buffer.hpp>

#include <cassert>
#include <cstddef>
#include <span>

namespace tweed {

/// Memory that a layer may use during one call: pieces are taken from the front of a block, and all
/// come back when the call ends. Whoever takes n pieces must have announced the sum of their
/// `Scratch::bytes<T>(count)`.
class Scratch {
 public:
  Scratch() = default;
  explicit Scratch(std::span<std::byte> block) : block_(block) {}

  /// What `take<T>(count)` uses of the block.
  template <class T>
  static constexpr Index bytes(Index count) {
    return aligned_bytes(count * Index{sizeof(T)});
  }

  /// `count` uninitialised elements on a cache line of their own.
  template <class T>
  T* take(Index count) {
    const auto size = static_cast<std::size_t>(bytes<T>(count));
    assert(size <= block_.size());
    T* const piece = reinterpret_cast<T*>(block_.data());
    block_ = block_.subspan(size);
    return piece;
  }

 private:
  std::span<std::byte> block_;
};

/// The part of `memory` that belongs to `worker`, where each worker has `bytes`.
inline Scratch worker_scratch(std::byte* memory, int worker, Index bytes) {
  return Scratch({memory + worker * bytes, static_cast<std::size_t>(bytes)});
}

}  // namespace tweed
