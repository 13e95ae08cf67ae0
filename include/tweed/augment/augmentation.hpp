#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>

#include <concepts>
#include <functional>

namespace TWEED_NAMESPACE {

namespace detail {

template <class F, class T>
concept ChangesSamples = requires(const F& change, const AugmentPass<T>& pass) {
  change(pass);
};

template <class F, class T>
concept ChangesTargets = requires(const F& change, const AugmentPass<T>& pass,
                                  const Batch<T>& targets) {
  change(pass, targets);
};

}  // namespace detail

/// A way of changing a batch of training samples in place: a callable that takes an `AugmentPass`,
/// such as `RandomCrop`, or a lambda of your own,
///
///     [](const AugmentPass<float>& pass) { ... }
///
/// or one that takes the targets, too, such as `MixUp`:
///
///     [](const AugmentPass<float>& pass, const Batch<float>& targets) { ... }
///
/// The targets [n,outputs] are numbers that it may change: those of a regression, or for labels the
/// probability of each class, 1 for the label. They are empty where only the samples are wanted.
///
/// Random numbers that are a function of the key and of a sample's place in the batch make the
/// result the same for any number of threads. It need not take samples of a type that is not used;
/// one that takes `const auto& pass` must compile for `AugmentPass<float>` and
/// `AugmentPass<double>`. A member `void check(const Shape& samples) const`, if there is one,
/// throws Error for samples that it cannot change: it is called before training begins.
template <class F, class T = float>
concept Augmentation = detail::ChangesSamples<F, T> || detail::ChangesTargets<F, T>;

/// Any augmentation, or none.
class AnyAugmentation {
 public:
  AnyAugmentation() = default;
  template <class F>
  requires(!std::same_as<F, AnyAugmentation>) AnyAugmentation(const F& change)
      : of_float_(as_function<float>(change)),
        of_double_(as_function<double>(change)),
        changes_targets_(sees_targets(change)) {
    static_assert(Augmentation<F, float> || Augmentation<F, double>,
                  "tweed: this is no augmentation; compare it with the concept Augmentation in "
                  "augment/augmentation.hpp");
    if constexpr (requires(const Shape& samples) { change.check(samples); }) {
      check_ = [change](const Shape& samples) { change.check(samples); };
    }
  }

  /// Whether there is one.
  explicit operator bool() const { return of_float_ || of_double_; }

  /// Whether it is one that takes the targets, too.
  bool changes_targets() const { return changes_targets_; }

  /// Throws Error where it says that it cannot change samples of this shape.
  void check(const Shape& samples) const {
    if (check_) check_(samples);
  }

  /// Throws Error for samples of a type that the callable does not take.
  void operator()(const AugmentPass<float>& pass, const Batch<float>& targets = {}) const {
    run(of_float_, static_cast<bool>(of_double_), "float", pass, targets);
  }
  void operator()(const AugmentPass<double>& pass, const Batch<double>& targets = {}) const {
    run(of_double_, static_cast<bool>(of_float_), "double", pass, targets);
  }

 private:
  template <class T>
  using Change = std::function<void(const AugmentPass<T>&, const Batch<T>&)>;

  template <class T, class F>
  static Change<T> as_function(const F& change) {
    if constexpr (detail::ChangesTargets<F, T>) {
      return change;
    } else if constexpr (detail::ChangesSamples<F, T>) {
      return [change](const AugmentPass<T>& pass, const Batch<T>&) { change(pass); };
    } else {
      return {};
    }
  }

  template <class F>
  static bool sees_targets(const F& change) {
    if constexpr (requires { change.changes_targets(); }) {
      return change.changes_targets();
    } else {
      return detail::ChangesTargets<F, float> || detail::ChangesTargets<F, double>;
    }
  }

  template <class T>
  static void run(const Change<T>& change, bool takes_another, const char* type,
                  const AugmentPass<T>& pass, const Batch<T>& targets) {
    if (change) {
      change(pass, targets);
    } else if (takes_another) {
      throw Error(detail::text("augmentation: it does not take samples of type ", type,
                               ", which the network computes with"));
    }
  }

  Change<float> of_float_;
  Change<double> of_double_;
  std::function<void(const Shape&)> check_;
  bool changes_targets_ = false;
};

}  // namespace TWEED_NAMESPACE
