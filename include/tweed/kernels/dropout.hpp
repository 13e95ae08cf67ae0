#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/random.hpp>
#include <tweed/kernels/pack.hpp>

#include <algorithm>
#include <cstdint>

namespace tweed::kernels {

namespace detail {

/// Random blocks computed side by side, so that the compiler can put them into vectors.
inline constexpr Index dropout_blocks = 32;

/// Elements that a block of 128 bits decides about.
inline constexpr Index draws_per_block = 8;

inline constexpr Index dropout_draws = dropout_blocks * draws_per_block;

/// 16 random bits for each element from `first` on, a multiple of `draws_per_block`.
inline void draw(const RandomKey& key, Index first, std::uint16_t (&draws)[dropout_draws]) {
  const auto position = static_cast<std::uint64_t>(first / draws_per_block);
  std::uint32_t words[4][dropout_blocks];
  for (std::uint32_t i = 0; i < dropout_blocks; ++i) {
    const RandomBlock block = random_block(key, position + i);
    for (std::size_t w = 0; w < 4; ++w) words[w][i] = block[w];
  }
  std::uint16_t* to = draws;
  for (Index i = 0; i < dropout_blocks; ++i) {
    for (Index w = 0; w < 4; ++w, to += 2) {
      to[0] = static_cast<std::uint16_t>(words[w][i]);
      to[1] = static_cast<std::uint16_t>(words[w][i] >> 16);
    }
  }
}

}  // namespace detail

/// y = x / (1 - rate) where an element is kept, else 0 (inverted dropout: Srivastava, Hinton,
/// Krizhevsky, Sutskever and Salakhutdinov, *Dropout*, JMLR 2014). Which are kept follows from
/// `key` alone; `is_kept`, if not nullptr, gets a 1 for each of them and 0 for the others. Each
/// element draws 16 bits: the rate is met to within 1/65536. y may be x.
template <class T>
void dropout(const T* x, T* y, Index count, double rate, const RandomKey& key, int threads,
             std::uint8_t* is_kept) {
  const auto threshold = static_cast<std::uint32_t>(rate * 65536.0 + 0.5);
  const T scale = static_cast<T>(1.0 / (1.0 - rate));
  parallel_ranges(count, 8192, threads, [&](Index begin, Index end) {
    std::uint16_t draws[detail::dropout_draws];
    T kept[detail::dropout_draws];
    std::uint8_t flags[detail::dropout_draws];
    for (Index first = begin; first < end; first += detail::dropout_draws) {
      detail::draw(key, first, draws);
      const Index n = std::min(detail::dropout_draws, end - first);
      // By way of `kept` and `flags`: the compiler need not wonder whether y is x, or bytes either.
      for (Index i = 0; i < n; ++i) {
        const T scaled = x[first + i] * scale;
        kept[i] = draws[i] >= threshold ? scaled : T{};
      }
      std::copy_n(kept, n, y + first);
      if (is_kept == nullptr) continue;
      for (Index i = 0; i < detail::dropout_draws; ++i) flags[i] = draws[i] >= threshold ? 1 : 0;
      std::copy_n(flags, n, is_kept + first);
    }
  });
}

/// dx = dy / (1 - rate) where the element was kept, else 0. dx may be dy.
template <class T>
void dropout_gradient(const T* dy, const std::uint8_t* is_kept, T* dx, Index count, double rate,
                      int threads) {
  const T scale = static_cast<T>(1.0 / (1.0 - rate));
  parallel_ranges(count, 8192, threads, [&](Index begin, Index end) {
    for (Index i = begin; i < end; i += Pack<T>::width) {
      const Index lanes = std::min(Pack<T>::width, end - i);
      const auto kept = Pack<T>::load_converted(is_kept + i, lanes);
      const auto gradient = scale * Pack<T>::load(dy + i, lanes);
      select(less(Pack<T>::zero(), kept), gradient, Pack<T>::zero()).store(dx + i, lanes);
    }
  });
}

}  // namespace tweed::kernels
