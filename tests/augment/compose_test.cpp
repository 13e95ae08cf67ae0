#include <tweed/augment/augmentations.hpp>
#include <support/augmented.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tweed;
using tests::augmented;
using tests::counted;
using tests::error_message;

namespace {

constexpr Shape shape{4, 4, 1};

/// Writes down the keys that it gets.
struct Listener {
  std::vector<std::uint32_t>* layers;

  template <class T>
  void operator()(const AugmentPass<T>& pass) const {
    layers->push_back(pass.key.layer);
  }
};

}  // namespace

TEST_CASE("Compose: one after another, each with random numbers of its own") {
  std::vector<std::uint32_t> layers;
  const Listener part{&layers};
  augmented<float>(Compose{part, Compose{part, part}, part}, counted<float>(2, shape), shape);
  CHECK(layers == std::vector<std::uint32_t>{1, 2 * 64 + 1, 2 * 64 + 2, 3});

  const auto before = counted<float>(30, shape);
  const auto doubled = [](const auto& pass) {
    for (auto& value : pass.x.values()) value *= 2;
  };
  const auto increased = [](const auto& pass) {
    for (auto& value : pass.x.values()) value += 1;
  };
  const auto first = augmented<float>(Compose{doubled, increased}, before, shape);
  const auto second = augmented<float>(Compose{increased, doubled}, before, shape);
  CHECK(first[5] == 13.0F);
  CHECK(second[5] == 14.0F);

  // Two flips with the same numbers would undo each other.
  const RandomHorizontalFlip flip;
  CHECK(augmented<float>(Compose{flip, flip}, before, shape) != before);
  CHECK(augmented<float>(Compose(std::vector<AnyAugmentation>{}), before, shape) == before);
}

TEST_CASE("Compose: all of them together, the same for any number of threads") {
  const Compose all{RandomCrop{.padding = 1, .border = Border::reflection},
                    RandomHorizontalFlip{},
                    RandomVerticalFlip{},
                    AlternatingFlip{},
                    RandomAffine{.degrees = 10, .translate = 0.1},
                    ColorJitter{.brightness = 0.2, .contrast = 0.2, .highest = 1e6},
                    Cutout{.size = 2},
                    RandomErasing{},
                    MixUp{},
                    CutMix{}};
  tests::check_threads<float>(all, {6, 5, 1});
  tests::check_threads<double>(all, {4, 4, 3});
}

TEST_CASE("Compose: what its parts refuse is refused, and that they see targets is known") {
  CHECK(error_message([] {
          AnyAugmentation(Compose{RandomCrop{.padding = 1}, Cutout{.size = 9}}).check({8, 8, 1});
        }) == "Cutout: size is 9, it must be 1 to 8 for images of 8x8x1");
  CHECK_FALSE(AnyAugmentation(Compose{RandomCrop{}, Cutout{}}).changes_targets());
  CHECK(AnyAugmentation(Compose{RandomCrop{}, Compose{Cutout{}, MixUp{}}}).changes_targets());
  const std::vector<AnyAugmentation> many(64);
  CHECK(error_message([&] { const Compose composed(many); }) ==
        "Compose: the number of augmentations is 64, it must be at most 63");
  CHECK_FALSE(static_cast<bool>(AnyAugmentation{}));
  CHECK(static_cast<bool>(AnyAugmentation{Cutout{}}));
}
