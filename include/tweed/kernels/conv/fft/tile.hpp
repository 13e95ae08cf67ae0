#pragma once

#include <tweed/kernels/conv/fft/transform.hpp>
#include <tweed/kernels/conv/slot_steps.hpp>

namespace TWEED_NAMESPACE::kernels::fft {

/// Numbers in the transform of a real n x n tile that do not follow from others: `real_count` are
/// real (frequencies that mirror themselves), the rest make up complex pairs, n * n numbers in all.
constexpr Index real_count(Index n) { return n % 2 == 0 ? 4 : 1; }

/// The two-dimensional transform of a real n x n tile, of as many channels at once as a register
/// holds: rows first, then columns. In memory each of its numbers has a slot of its own, the real
/// ones first, then the pairs, real part before imaginary part. The slots of its columns are
/// groups, those of columns that are real together one.
template <int n, class T>
class Tile {
 public:
  static constexpr Index length = n;  ///< of a row

  void clear_row(Index y) {
    for (auto& column : columns_) column[y] = {Pack<T>::zero(), Pack<T>::zero()};
  }

  void set_row(Index y, const Pack<T>* values) {
    Transform<n, T>::real(values, &columns_[0][y], n);
  }

  /// n * n times row y of the tile, after `from_slots`.
  void get_row(Index y, Pack<T>* values) const {
    Transform<n, T>::inverse_real(&columns_[0][y], values, n);
  }

  /// Transforms the columns and stores the spectrum.
  EIGEN_DONT_INLINE void to_slots(T* to, const conv::SlotSteps& steps) {
    const auto put = [&](int pair, const ComplexPack<T>& value) {
      T* const at = to + (reals + 2 * pair) * steps.slot;
      value.re.store(at);
      value.im.store(at + steps.slot);
    };
    for (int c = 0; c < real_columns; ++c) {
      Pack<T> column[n];
      ComplexPack<T> spectrum[half + 1];
      for (int y = 0; y < n; ++y) column[y] = columns_[c * half][y].re;
      Transform<n, T>::real(column, spectrum);
      for (int i = 0; i < reals_in_column; ++i) {
        spectrum[i * half].re.store(to + (c * reals_in_column + i) * steps.slot);
      }
      for (int k = 1; k <= pairs_in_column; ++k) put(c * pairs_in_column + k - 1, spectrum[k]);
    }
    for (int c = 1; c < end_column; ++c) {
      to += steps.group;
      ComplexPack<T> spectrum[n];
      Transform<n, T>::template complex<-1>(columns_[c], spectrum);
      TWEED_UNROLL
      for (int k = 0; k < n; ++k) put(first_full_pair + (c - 1) * n + k, spectrum[k]);
    }
  }

  /// Loads a spectrum and transforms the columns back.
  EIGEN_DONT_INLINE void from_slots(const T* from, const conv::SlotSteps& steps) {
    const auto get = [&](int pair) -> ComplexPack<T> {
      const T* const at = from + (reals + 2 * pair) * steps.slot;
      return {Pack<T>::load(at), Pack<T>::load(at + steps.slot)};
    };
    for (int c = 0; c < real_columns; ++c) {
      Pack<T> column[n];
      ComplexPack<T> spectrum[half + 1];
      for (int i = 0; i < reals_in_column; ++i) {
        spectrum[i * half] = {Pack<T>::load(from + (c * reals_in_column + i) * steps.slot),
                              Pack<T>::zero()};
      }
      for (int k = 1; k <= pairs_in_column; ++k) spectrum[k] = get(c * pairs_in_column + k - 1);
      Transform<n, T>::inverse_real(spectrum, column);
      for (int y = 0; y < n; ++y) columns_[c * half][y] = {column[y], Pack<T>::zero()};
    }
    for (int c = 1; c < end_column; ++c) {
      from += steps.group;
      ComplexPack<T> spectrum[n];
      TWEED_UNROLL
      for (int k = 0; k < n; ++k) spectrum[k] = get(first_full_pair + (c - 1) * n + k);
      Transform<n, T>::template complex<1>(spectrum, columns_[c]);
    }
  }

 private:
  static constexpr int half = n / 2;
  static constexpr bool even = n % 2 == 0;
  static constexpr int reals = static_cast<int>(real_count(n));
  // The columns of the lowest and, where n is even, the highest frequency are those of real tiles.
  static constexpr int real_columns = even ? 2 : 1;
  static constexpr int reals_in_column = even ? 2 : 1;
  static constexpr int pairs_in_column = even ? half - 1 : half;
  static constexpr int first_full_pair = real_columns * pairs_in_column;
  static constexpr int end_column = even ? half : half + 1;

  ComplexPack<T> columns_[half + 1][n];
};

}  // namespace TWEED_NAMESPACE::kernels::fft
