#include "augmentation.hpp"

#include "options.hpp"

#include <tweed/augment/augmentations.hpp>

namespace fashion_mnist {

using namespace tweed;

namespace {

/// The numbers of an augmentation: those that were given, and for others the usual ones.
using Numbers = std::vector<double>;

struct Kind {
  std::string name;
  bool in_pixels;  ///< whether its numbers are whole
  Numbers usual;
  AnyAugmentation (*make)(const Numbers& numbers);
};

Index pixels(double number) { return static_cast<Index>(number); }

std::vector<Kind> kinds() {
  using Any = AnyAugmentation;
  using Given = const Numbers&;
  return {{"shift", true, {2}, [](Given n) -> Any { return RandomCrop{pixels(n[0])}; }},
          {"crop",
           true,
           {4},
           [](Given n) -> Any {
             return RandomCrop{pixels(n[0]), Border::reflection};
           }},
          {"flip", false, {0.5}, [](Given n) -> Any { return RandomHorizontalFlip{n[0]}; }},
          {"alternating-flip", false, {}, [](Given) -> Any { return AlternatingFlip{}; }},
          {"affine",
           false,
           {10, 0.1},
           [](Given n) -> Any {
             return RandomAffine{
                 .degrees = n[0], .smallest_scale = 1 - n[1], .largest_scale = 1 + n[1]};
           }},
          {"cutout", true, {8}, [](Given n) -> Any { return Cutout{pixels(n[0])}; }},
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

}  // namespace

AnyAugmentation augmentation_named(const std::string& text) {
  const auto parts = parts_of(text, ':');
  const auto all = kinds();
  const auto kind = std::ranges::find(all, parts[0], &Kind::name);
  if (kind == all.end()) {
    std::vector<std::string> names;
    for (const Kind& known : all) names.push_back(known.name);
    refuse("a list of " + one_of_text(names), text);
  }
  Numbers numbers = kind->usual;
  if (parts.size() > numbers.size() + 1) {
    refuse("at most " + std::to_string(numbers.size()) + " numbers behind " + kind->name, text);
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    numbers[i - 1] = kind->in_pixels ? static_cast<double>(whole_number(parts[i], 0, 1000))
                                     : number_in(parts[i], {.high = 1000});
  }
  AnyAugmentation augmentation = kind->make(numbers);
  augmentation.check({28, 28, 1});
  return augmentation;
}

}  // namespace fashion_mnist
