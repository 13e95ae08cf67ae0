#pragma once

#include <tweed/augment/augmentation.hpp>
#include <tweed/core/option.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// Several augmentations, one after another, each with random numbers of its own:
///
///     Compose{RandomCrop{.padding = 2}, RandomHorizontalFlip{}, Cutout{.size = 8}}
class Compose {
 public:
  template <class... Parts>
  requires(sizeof...(Parts) > 1) Compose(const Parts&... parts)
      : Compose(std::vector<AnyAugmentation>{parts...}) {}

  /// As many as a program decides on. Throws Error for more than 63.
  explicit Compose(std::vector<AnyAugmentation> parts) : parts_(std::move(parts)) {
    detail::check_option("Compose", "the number of augmentations", std::ssize(parts_),
                         {.to = most - 1});
  }

  void check(const Shape& samples) const {
    for (const AnyAugmentation& part : parts_) part.check(samples);
  }

  bool changes_targets() const {
    return std::ranges::any_of(parts_, [](const auto& part) { return part.changes_targets(); });
  }

  template <class T>
  void operator()(const AugmentPass<T>& pass, const Batch<T>& targets = {}) const {
    AugmentPass<T> of_part = pass;
    of_part.key.layer *= most;
    for (const AnyAugmentation& part : parts_) {
      ++of_part.key.layer;
      part(of_part, targets);
    }
  }

 private:
  static constexpr std::uint32_t most = 64;  // so that those of one in another differ, too

  std::vector<AnyAugmentation> parts_;
};

}  // namespace TWEED_NAMESPACE
