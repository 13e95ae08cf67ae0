#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/random.hpp>
#include <tweed/core/text.hpp>

#include <concepts>
#include <functional>

namespace TWEED_NAMESPACE {

/// A way of changing a batch of training samples in place: a callable that takes the samples, the
/// key for its random numbers and a number of threads, such as `ShiftAndFlip`, or a lambda of your
/// own:
///
///     [](const Batch<float>& x, const RandomKey& key, int threads) { ... }
///
/// Random numbers that are a function of the key and of a sample's place in the batch make the
/// result the same for any number of threads. It need not take samples of a type that is not used;
/// one that takes `const auto& x` must compile for `Batch<float>` and `Batch<double>`.
template <class F, class T = float>
concept Augmentation = requires(const F& change, const Batch<T>& x, const RandomKey& key,
                                int threads) {
  change(x, key, threads);
};

/// Any augmentation, or none.
class AnyAugmentation {
 public:
  template <class T>
  using Change = std::function<void(const Batch<T>&, const RandomKey&, int)>;

  AnyAugmentation() = default;
  template <class F>
  requires(!std::same_as<F, AnyAugmentation>) AnyAugmentation(const F& change) {
    static_assert(Augmentation<F, float> || Augmentation<F, double>,
                  "tweed: this is no augmentation; compare it with the concept Augmentation in "
                  "data/augmentation.hpp");
    if constexpr (Augmentation<F, float>) of_float_ = change;
    if constexpr (Augmentation<F, double>) of_double_ = change;
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
