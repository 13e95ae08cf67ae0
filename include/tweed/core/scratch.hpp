#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/error.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

namespace TWEED_NAMESPACE {

namespace detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_piece(Index bytes, std::size_t there) {
  throw Error(text("memory: a layer takes ", bytes, " bytes where ", there,
                   " are left of what it announced"));
}

/// Throws Error unless there are so many bytes. An overrun must not pass in silence, whatever the
/// build.
inline void check_piece(Index bytes, std::size_t there) {
  if (static_cast<std::size_t>(bytes) > there) refuse_piece(bytes, there);
}

}  // namespace detail

/// The front of `memory` as `count` elements of T. Throws Error where it is too small for them.
template <class T, class Byte>
auto* elements_of(std::span<Byte> memory, Index count) {
  using Element = std::conditional_t<std::is_const_v<Byte>, const T, T>;
  detail::check_piece(count * Index{sizeof(T)}, memory.size());
  return reinterpret_cast<Element*>(memory.data());
}

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

  /// `count` uninitialised elements on a cache line of their own. Throws Error where they were not
  /// announced.
  template <class T>
  T* take(Index count) {
    return reinterpret_cast<T*>(take_bytes(bytes<T>(count)).data());
  }

  /// `bytes` of the block, whole cache lines. Throws Error where they were not announced.
  std::span<std::byte> take_bytes(Index bytes) {
    detail::check_piece(bytes, block_.size());
    const auto piece = block_.first(static_cast<std::size_t>(bytes));
    block_ = block_.subspan(piece.size());
    return piece;
  }

 private:
  std::span<std::byte> block_;
};

/// Scratch for each of some workers, equally much.
class WorkerScratch {
 public:
  WorkerScratch() = default;
  /// Takes `workers * bytes` of `scratch`.
  WorkerScratch(Scratch& scratch, Index bytes, int workers)
      : memory_(scratch.take_bytes(workers * bytes)), bytes_(bytes) {}

  /// The piece that belongs to `worker`. Throws Error where there is no such worker.
  Scratch of(int worker) const {
    detail::check_piece((worker + 1) * bytes_, memory_.size());
    return Scratch({memory_.data() + worker * bytes_, static_cast<std::size_t>(bytes_)});
  }

 private:
  std::span<std::byte> memory_;
  Index bytes_ = 0;
};

}  // namespace TWEED_NAMESPACE
