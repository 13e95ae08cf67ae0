#pragma once

#include <tweed/kernels/pack.hpp>

namespace TWEED_NAMESPACE::kernels {

/// The sum of a row, a register at a time. After 64 registers it goes into a double, since sums of
/// sums lose less than one long sum.
template <class T>
class RowSum {
 public:
  /// Adds all lanes; `i` is the place in the row of the first.
  EIGEN_ALWAYS_INLINE void add(Index i, const Pack<T>& values) {
    if (i % piece == 0) collect();
    sum_ = sum_ + values;
  }

  double value() {
    collect();
    return total_;
  }

 private:
  static constexpr Index piece = 64 * Pack<T>::width;

  EIGEN_ALWAYS_INLINE void collect() {
    total_ += static_cast<double>(sum(sum_));
    sum_ = Pack<T>::zero();
  }

  Pack<T> sum_ = Pack<T>::zero();
  double total_ = 0.0;
};

}  // namespace TWEED_NAMESPACE::kernels
