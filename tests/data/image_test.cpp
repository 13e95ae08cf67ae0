#include <tweed/data/image.hpp>

#include <doctest/doctest.h>

#include <numeric>

using tweed::Image;
using tweed::Index;
using tweed::resize;

namespace {

Image counting(const tweed::Shape& shape) {
  Image image{shape, std::vector<std::uint8_t>(static_cast<std::size_t>(shape.size()))};
  std::iota(image.pixels.begin(), image.pixels.end(), std::uint8_t{0});
  return image;
}

}  // namespace

TEST_CASE("brightness weighs green the most") {
  const Image colours{{1, 5, 3}, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 7, 7, 7}};
  CHECK(to_grey(colours) == Image{{1, 5, 1}, {76, 150, 29, 255, 7}});
  CHECK(to_grey(counting({3, 2, 1})) == counting({3, 2, 1}));
}

TEST_CASE("a picture of the right size stays as it is") {
  CHECK(resize(counting({7, 5, 3}), 7, 5) == counting({7, 5, 3}));
}

TEST_CASE("a smaller picture holds the means of areas") {
  CHECK(resize({{2, 4, 1}, {0, 10, 20, 30, 40, 50, 60, 70}}, 1, 2) == Image{{1, 2, 1}, {25, 45}});
  // Three pixels become two: each has the whole of one and half of the middle one.
  CHECK(resize({{1, 3, 1}, {0, 90, 255}}, 1, 2) == Image{{1, 2, 1}, {30, 200}});
  CHECK(resize({{3, 1, 1}, {0, 90, 255}}, 2, 1) == Image{{2, 1, 1}, {30, 200}});
  CHECK(resize({{1, 2, 3}, {0, 100, 200, 100, 200, 0}}, 1, 1) == Image{{1, 1, 3}, {50, 150, 100}});
}

TEST_CASE("a larger picture repeats pixels") {
  CHECK(resize({{1, 2, 1}, {3, 9}}, 2, 4) == Image{{2, 4, 1}, {3, 3, 9, 9, 3, 3, 9, 9}});
  CHECK(resize({{1, 1, 3}, {1, 2, 3}}, 1, 2) == Image{{1, 2, 3}, {1, 2, 3, 1, 2, 3}});
}

TEST_CASE("white stays white, whatever the sizes") {
  for (const Index from : {1, 2, 3, 29, 97}) {
    for (const Index to : {1, 2, 7, 28, 31}) {
      const Image white{{from, from, 1},
                        std::vector<std::uint8_t>(static_cast<std::size_t>(from * from), 255)};
      CHECK(resize(white, to, to) ==
            Image{{to, to, 1}, std::vector<std::uint8_t>(static_cast<std::size_t>(to * to), 255)});
    }
  }
}
