#include <tweed/data/fashion_mnist_picture.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tweed;

namespace {

/// A box in the middle of a picture that is otherwise of one brightness.
Image box(const Shape& shape, std::uint8_t background, std::uint8_t inside) {
  Image image{shape, std::vector<std::uint8_t>(static_cast<std::size_t>(shape.size()), background)};
  for (Index y = shape.height / 4; y < shape.height / 2; ++y) {
    for (Index x = shape.width / 4; x < shape.width / 2; ++x) {
      for (Index c = 0; c < shape.channels; ++c) {
        image.pixels[static_cast<std::size_t>((y * shape.width + x) * shape.channels + c)] = inside;
      }
    }
  }
  return image;
}

std::string described(const Image& picture) {
  return datasets::describe(picture.shape, datasets::prepare_picture(picture));
}

}  // namespace

TEST_CASE("a picture prepared for Fashion-MNIST is told of in a line") {
  CHECK(described(box({40, 60, 3}, 255, 0)) ==
        "60x40 in colour, dark on light: inverted, trimmed to 15x10");
  CHECK(described(box({40, 60, 1}, 0, 255)) == "60x40 in grey, light on dark, trimmed to 15x10");
  CHECK(described(box({28, 28, 1}, 0, 255)) == "28x28 in grey, light on dark");
  CHECK(described(box({40, 60, 1}, 7, 7)) ==
        "60x40 in grey, light on dark: nothing stands out from the background");
}
