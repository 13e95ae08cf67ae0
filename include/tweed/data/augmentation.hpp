#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/random.hpp>

#include <concepts>
#include <functional>

namespace tweed {

/// Any way of changing a batch of training samples: nothing, or a callable that takes a
/// `const Batch<T>&` for float and for double, the key for its random numbers and a number of
/// threads, such as `ShiftAndFlip`, or a lambda of your own:
///
///     [](const auto& x, const RandomKey& key, int threads) { ... }
class Augmentation {
 public:
  Augmentation() = default;
  template <class Change>
  requires(!std::same_as<Change, Augmentation>) Augmentation(const Change& change)
      : of_float_(change), of_double_(change) {}

  void operator()(const Batch<float>& x, const RandomKey& key, int threads) const {
    if (of_float_) of_float_(x, key, threads);
  }
  void operator()(const Batch<double>& x, const RandomKey& key, int threads) const {
    if (of_double_) of_double_(x, key, threads);
  }

 private:
  std::function<void(const Batch<float>&, const RandomKey&, int)> of_float_;
  std::function<void(const Batch<double>&, const RandomKey&, int)> of_double_;
};

}  // namespace tweed
