#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/random.hpp>
#include <tweed/core/text.hpp>

#include <concepts>
#include <functional>

namespace TWEED_NAMESPACE {

/// Any way of changing a batch of training samples: nothing, or a callable that takes the samples,
/// the key for its random numbers and a number of threads, such as `ShiftAndFlip`, or a lambda of
/// your own:
///
///     [](const Batch<float>& x, const RandomKey& key, int threads) { ... }
///
/// It need not take samples of a type that is not used; one that takes `const auto& x` must compile
/// for `Batch<float>` and `Batch<double>`.
class Augmentation {
 public:
  template <class T>
  using Change = std::function<void(const Batch<T>&, const RandomKey&, int)>;

  Augmentation() = default;
  template <class F>
  requires(!std::same_as<F, Augmentation> && (std::constructible_from<Change<float>, const F&> ||
                                              std::constructible_from<Change<double>, const F&>))
      Augmentation(const F& change) {
    if constexpr (std::constructible_from<Change<float>, const F&>) of_float_ = change;
    if constexpr (std::constructible_from<Change<double>, const F&>) of_double_ = change;
  }

  /// Throws Error for samples of a type that the callable does not take.
  void operator()(const Batch<float>& x, const RandomKey& key, int threads) const {
    run(of_float_, static_cast<bool>(of_double_), "float", x, key, threads);
  }
  void operator()(const Batch<double>& x, const RandomKey& key, int threads) const {
    run(of_double_, static_cast<bool>(of_float_), "double", x, key, threads);
  }

 private:
  template <class T>
  static void run(const Change<T>& change, bool takes_another, const char* type, const Batch<T>& x,
                  const RandomKey& key, int threads) {
    if (change) {
      change(x, key, threads);
    } else if (takes_another) {
      throw Error(detail::text("augmentation: it does not take samples of type ", type,
                               ", which the network computes with"));
    }
  }

  Change<float> of_float_;
  Change<double> of_double_;
};

}  // namespace TWEED_NAMESPACE
