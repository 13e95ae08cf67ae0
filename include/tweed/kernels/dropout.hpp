#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/random.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/words.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Elements that a block of 128 random bits decides about.
inline constexpr Index draws_per_block = 8;

/// Elements that are decided about together.
inline constexpr Index dropout_draws = 256;

/// The draws that there are, of 16 bits.
inline constexpr double all_draws = 65536.0;

/// The lowest draw that keeps an element.
constexpr std::uint16_t lowest_kept_draw(double rate) {
  return static_cast<std::uint16_t>(std::min(rate * all_draws + 0.5, all_draws - 1.0));
}

/// What kept elements are multiplied by, so that the mean stays to within 1 / 65536. Draws keep
/// somewhat more or less than 1 - rate: at high rates, where that is much of the little that is
/// kept, what they keep counts.
constexpr double kept_scale(double rate) {
  const double asked = 1.0 - rate;
  const double kept = (all_draws - lowest_kept_draw(rate)) / all_draws;
  const bool is_met = std::max(kept - asked, asked - kept) * all_draws <= asked;
  return 1.0 / (is_met ? asked : kept);
}

/// 16 random bits for each element from `first` on, a multiple of `draws_per_block`.
inline void draw(const RandomKey& key, Index first, std::uint16_t (&draws)[dropout_draws]) {
  constexpr Index blocks = dropout_draws / draws_per_block;
  std::uint64_t pairs[2 * blocks];  // of words
  for (Index i = 0; i < blocks; i += simd::words) {
    const auto position = static_cast<std::uint64_t>(first / draws_per_block + i);
    const auto words =
        random_words(key, simd::consecutive_words(position), simd::multiply_low_halves);
    const std::uint64_t low = 0xFFFFFFFF;
    simd::store_pairs(pairs + 2 * i, words[1] << 32 | (words[0] & low),
                      words[3] << 32 | (words[2] & low));
  }
  std::memcpy(draws, pairs, sizeof draws);  // lower halves first
}

/// y = scale * x where an element is kept, else 0. y may be x.
template <class T>
void scale_kept(const T* x, const std::uint8_t* is_kept, T* y, Index count, T scale) {
  for_each_pack<T>(count, [&](Index i, Index lanes) {
    const auto kept = Pack<T>::load_converted(is_kept + i, lanes);
    where_positive(kept, scale * Pack<T>::load(x + i, lanes)).store(y + i, lanes);
  });
}

}  // namespace detail

/// y = kept_scale(rate) x, about x / (1 - rate), where an element is kept, else 0 (inverted
/// dropout: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, *Dropout*, JMLR 2014).
/// Which are kept follows from `key` alone; `is_kept`, if not nullptr, gets a 1 for each of them
/// and 0 for the others. Each element draws 16 bits: the rate is met to within 1/65536. y may be x.
template <class T>
void dropout(const T* x, T* y, Index count, double rate, const RandomKey& key, int threads,
             std::uint8_t* is_kept) {
  const std::uint16_t threshold = detail::lowest_kept_draw(rate);
  const T scale = static_cast<T>(detail::kept_scale(rate));
  parallel_ranges(count, 8192, threads, [&](Index begin, Index end) {
    std::uint16_t draws[detail::dropout_draws];
    std::uint8_t flags[detail::dropout_draws];
    for (Index first = begin; first < end; first += detail::dropout_draws) {
      detail::draw(key, first, draws);
      for (Index i = 0; i < detail::dropout_draws; ++i) flags[i] = draws[i] >= threshold ? 1 : 0;
      const Index n = std::min(detail::dropout_draws, end - first);
      detail::scale_kept(x + first, flags, y + first, n, scale);
      if (is_kept != nullptr) std::copy_n(flags, n, is_kept + first);
    }
  });
}

/// dx = kept_scale(rate) dy where the element was kept, else 0. dx may be dy.
template <class T>
void dropout_gradient(const T* dy, const std::uint8_t* is_kept, T* dx, Index count, double rate,
                      int threads) {
  const T scale = static_cast<T>(detail::kept_scale(rate));
  parallel_ranges(count, 8192, threads, [&](Index begin, Index end) {
    detail::scale_kept(dy + begin, is_kept + begin, dx + begin, end - begin, scale);
  });
}

}  // namespace TWEED_NAMESPACE::kernels
