#pragma once

#include <tweed/core/namespace.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

namespace TWEED_NAMESPACE {

/// Signed, as in Eigen: sizes, counts and positions.
using Index = std::ptrdiff_t;
static_assert(sizeof(Index) == 8,
              "tweed needs a 64-bit platform: sizes of memory and files do not fit into 32 bits");

/// Shape of one sample, without the batch. Images are stored row by row with the channels innermost
/// (NHWC); a vector of n features is {1, 1, n}.
struct Shape {
  Index height;
  Index width;
  Index channels;

  constexpr Index size() const { return height * width * channels; }
  constexpr bool is_vector() const { return height == 1 && width == 1; }
  friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// Some of a list of shapes, such as those of a network's inputs. It owns nothing.
struct ShapeView {
  std::span<const Shape> all = {};
  std::span<const int> chosen = {};  ///< places in `all`

  constexpr std::size_t size() const { return chosen.size(); }
  constexpr bool empty() const { return chosen.empty(); }
  constexpr const Shape& operator[](std::size_t i) const {
    return all[static_cast<std::size_t>(chosen[i])];
  }
};

/// "28x28x1", or "784" for a vector.
[[gnu::cold]] inline std::string to_string(const Shape& shape) {
  std::array<char, 64> text;
  if (shape.is_vector()) {
    std::snprintf(text.data(), text.size(), "%td", shape.channels);
  } else {
    std::snprintf(text.data(), text.size(), "%tdx%tdx%td", shape.height, shape.width,
                  shape.channels);
  }
  return text.data();
}

}  // namespace TWEED_NAMESPACE
