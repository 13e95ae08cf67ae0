#pragma once

#include <tweed/augment/augmentations.hpp>
#include <tweed/core/strict_value.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

namespace detail {

/// An augmentation that has a name, and numbers that may follow it: the usual ones are made another
/// by those that do.
struct AugmentationKind {
  using Numbers = std::vector<double>;

  std::string name;
  bool in_pixels;  ///< whether its numbers are whole
  Numbers usual;
  AnyAugmentation (*make)(const Numbers& numbers);
};

/// A whole number, as whole.
inline Index whole(double number) { return static_cast<Index>(number); }

[[gnu::cold]] inline std::vector<AugmentationKind> augmentation_kinds() {
  using Any = AnyAugmentation;
  using Given = const AugmentationKind::Numbers&;
  return {{"shift", true, {2}, [](Given n) -> Any { return RandomCrop{whole(n[0])}; }},
          {"crop",
           true,
           {4},
           [](Given n) -> Any {
             return RandomCrop{whole(n[0]), Border::reflection};
           }},
          {"flip", false, {0.5}, [](Given n) -> Any { return RandomHorizontalFlip{n[0]}; }},
          {"alternating-flip", false, {}, [](Given) -> Any { return AlternatingFlip{}; }},
          {"affine",
           false,
           {10, 0.1},
           [](Given n) -> Any {
             return RandomAffine{
                 .degrees = n[0], .smallest_scale = 1.0 - n[1], .largest_scale = 1.0 + n[1]};
           }},
          {"cutout", true, {8}, [](Given n) -> Any { return Cutout{whole(n[0])}; }},
          {"erase",
           false,
           {0.5, 0.33},
           [](Given n) -> Any { return RandomErasing{.probability = n[0], .largest_area = n[1]}; }},
          {"mixup",
           false,
           {0.2, 1},
           [](Given n) -> Any {
             return MixUp{n[0], n[1]};
           }},
          {"cutmix", false, {1, 0.5}, [](Given n) -> Any {
             return CutMix{n[0], n[1]};
           }}};
}

}  // namespace detail

/// An augmentation by its name, behind which its numbers may stand: for programs that read from a
/// command line or a file what is to be done. Numbers and their usual values:
/// - `shift:2`, RandomCrop by so many pixels; `crop:4`, with a border that is a reflection
/// - `flip:0.5`, RandomHorizontalFlip with this probability; `alternating-flip`
/// - `affine:10:0.1`, RandomAffine by so many degrees, larger or smaller by so much
/// - `cutout:8`, of so many pixels
/// - `erase:0.5:0.33`, RandomErasing with this probability and largest share
/// - `mixup:0.2:1`, `cutmix:1:0.5`, with this alpha and probability
///
/// Throws Error for other names, which says what there is, and for numbers that are out of their
/// range for samples of this shape.
[[gnu::cold]] inline AnyAugmentation named_augmentation(const std::string& text,
                                                        const Shape& samples) {
  const auto parts = strict::parts(text, ':');
  const auto kinds = detail::augmentation_kinds();
  const auto kind = std::ranges::find(kinds, parts[0], &detail::AugmentationKind::name);
  if (kind == kinds.end()) {
    std::vector<std::string> names;
    for (const auto& known : kinds) names.push_back(known.name);
    strict::refuse("a list of " + strict::alternatives(names), text);
  }
  auto numbers = kind->usual;
  if (parts.size() > numbers.size() + 1) {
    strict::refuse(detail::text("at most ", numbers.size(), " numbers behind ", kind->name), text);
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    numbers[i - 1] = kind->in_pixels ? static_cast<double>(strict::Whole{0, 10'000}(parts[i]))
                                     : strict::Real{.high = 10'000}(parts[i]);
  }
  AnyAugmentation augmentation = kind->make(numbers);
  augmentation.check(samples);
  return augmentation;
}

}  // namespace TWEED_NAMESPACE
