#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/image.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// What `read_image` takes at most: pixels of an image, and bytes of its file.
inline constexpr Index most_image_pixels = Index{1} << 26;
inline constexpr std::uintmax_t most_image_bytes = std::uintmax_t{1} << 28;

}  // namespace TWEED_NAMESPACE

namespace TWEED_NAMESPACE::detail {

using ImageBytes = std::span<const std::uint8_t>;

/// An image's memory, if its file of `bytes` can hold that much: `most_expansion` is how often one
/// bit of the file can come back as a bit of `image_bits`. Otherwise somebody lies, and nothing is
/// allocated.
inline Image image_for(const Shape& shape, Index image_bits, Index most_expansion, ImageBytes bytes,
                       const std::string& name) {
  if (shape.height > most_image_pixels / shape.width) {
    throw Error(
        text(name, ": expected at most ", most_image_pixels, " pixels, found ", to_string(shape)));
  }
  if (image_bits / 8 / most_expansion > std::ssize(bytes)) {
    throw Error(text(name, ": its header promises ", to_string(shape), ", more than ",
                     std::ssize(bytes), " bytes can hold"));
  }
  return {shape, std::vector<std::uint8_t>(static_cast<std::size_t>(shape.size()))};
}

}  // namespace TWEED_NAMESPACE::detail
