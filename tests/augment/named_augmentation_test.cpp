#include <tweed/augment/named_augmentation.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>

#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

constexpr Shape shape{9, 9, 1};

/// What an augmentation makes of some images, and of their targets.
std::vector<float> changed(const AnyAugmentation& augmentation) {
  constexpr Index count = 6;
  std::vector<float> images;
  for (Index i = 0; i < count * shape.size(); ++i)
    images.push_back(static_cast<float>(i % 101) + 1);
  std::vector<float> targets;
  for (Index i = 0; i < 2 * count; ++i) targets.push_back(i % 2 == 0 ? 1.0F : 0.0F);
  std::vector<float> scratch(81);
  const std::vector<Index> positions{0, 1, 2, 3, 4, 5};
  const AugmentPass<float> pass{.x = {images.data(), count, shape},
                                .key = {.seed = 3},
                                .positions = positions,
                                .scratch = scratch};
  augmentation(pass, {targets.data(), count, {1, 1, 2}});
  images.insert(images.end(), targets.begin(), targets.end());
  return images;
}

std::vector<float> named(const std::string& name) {
  return changed(named_augmentation(name, shape));
}

}  // namespace

TEST_CASE("named augmentation: each name is an augmentation with its numbers") {
  CHECK(named("shift") == changed(RandomCrop{.padding = 2}));
  CHECK(named("shift:1") == changed(RandomCrop{.padding = 1}));
  CHECK(named("crop") == changed(RandomCrop{.padding = 4, .border = Border::reflection}));
  CHECK(named("flip") == changed(RandomHorizontalFlip{}));
  CHECK(named("flip:1") == changed(RandomHorizontalFlip{.probability = 1}));
  CHECK(named("alternating-flip") == changed(AlternatingFlip{}));
  CHECK(named("affine:20") ==
        changed(RandomAffine{.degrees = 20, .smallest_scale = 0.9, .largest_scale = 1.1}));
  CHECK(named("affine:20:0") == changed(RandomAffine{.degrees = 20}));
  CHECK(named("cutout") == changed(Cutout{}));
  CHECK(named("cutout:3") == changed(Cutout{.size = 3}));
  CHECK(named("erase") == changed(RandomErasing{}));
  CHECK(named("erase:1:0.1") == changed(RandomErasing{.probability = 1, .largest_area = 0.1}));
  CHECK(named("mixup:0.5") == changed(MixUp{.alpha = 0.5}));
  CHECK(named("cutmix:1:1") == changed(CutMix{}));
  CHECK(named("shift:0") != named("cutmix:1:1"));
  CHECK(named_augmentation("mixup", shape).changes_targets());
}

TEST_CASE("named augmentation: others, and numbers out of their range, are errors") {
  const auto message = [](const std::string& text) {
    return error_message([&] { named_augmentation(text, shape); });
  };
  CHECK(message("turn") ==
        "expected a list of shift, crop, flip, alternating-flip, affine, cutout, erase, mixup or "
        "cutmix, found 'turn'");
  CHECK(message("").starts_with("expected a list of shift, "));
  CHECK(message("cutout:1:2") == "expected at most 1 numbers behind cutout, found 'cutout:1:2'");
  CHECK(message("alternating-flip:1").starts_with("expected at most 0 numbers"));
  CHECK(message("cutout:1.5") == "expected a whole number from 0 to 10000, found '1.5'");
  CHECK(message("cutout:") == "expected a whole number from 0 to 10000, found ''");
  CHECK(message("flip:x") == "expected a number from 0 to 10000, found 'x'");
  CHECK(message("cutout:10") == "Cutout: size is 10, it must be 1 to 9 for images of 9x9x1");
  CHECK(message("flip:2").starts_with("RandomHorizontalFlip: probability is 2"));
}
