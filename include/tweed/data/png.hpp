#pragma once

#include <tweed/data/image_memory.hpp>

#include <png.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace TWEED_NAMESPACE::detail {

/// A PNG without the chunks that do not say what the pixels are. With them go gAMA, cHRM, sRGB and
/// iCCP: libpng would change the values in the file by them.
inline std::vector<std::uint8_t> pixel_chunks(ImageBytes bytes) {
  constexpr std::size_t signature = 8;
  constexpr std::size_t around = 12;  // length, type and checksum
  std::vector<std::uint8_t> kept(bytes.begin(), bytes.begin() + signature);
  bytes = bytes.subspan(signature);
  while (bytes.size() >= around) {
    std::size_t size = 0;
    for (const std::uint8_t byte : bytes.first(4)) size = size << 8 | byte;
    if (size > bytes.size() - around) break;
    const auto chunk = bytes.first(size + around);
    const std::string_view type(reinterpret_cast<const char*>(chunk.data()) + 4, 4);
    const bool is_critical = (chunk[4] & 0x20) == 0;
    if (is_critical || type == "tRNS") kept.insert(kept.end(), chunk.begin(), chunk.end());
    bytes = bytes.subspan(chunk.size());
  }
  kept.insert(kept.end(), bytes.begin(), bytes.end());  // cut off, as libpng is to find out
  return kept;
}

/// An image whose last channel is how opaque it is, on white. The values in the file are mixed, as
/// Pillow and browsers do, and not the light that they stand for.
inline Image on_white(const Image& image) {
  const Index colours = image.shape.channels - 1;
  Image flat{{image.shape.height, image.shape.width, colours}, {}};
  flat.pixels.reserve(static_cast<std::size_t>(flat.shape.size()));
  for (auto pixel = image.pixels.begin(); pixel != image.pixels.end(); pixel += colours + 1) {
    const int opacity = pixel[colours];
    for (Index c = 0; c < colours; ++c) {
      const int mixed = pixel[c] * opacity + 255 * (255 - opacity);
      flat.pixels.push_back(static_cast<std::uint8_t>((mixed + 127) / 255));
    }
  }
  return flat;
}

struct FreePng {
  void operator()(png_image* image) const { png_image_free(image); }
};

/// Bits of a pixel as the header of a PNG, found valid, tells them.
inline Index png_pixel_bits(ImageBytes bytes) {
  constexpr std::array<Index, 7> channels{1, 1, 3, 1, 2, 1, 4};
  return Index{bytes[24]} * channels[std::min<std::size_t>(bytes[25], 6)];
}

inline Image decode_png(ImageBytes bytes, const std::string& name) {
  constexpr Index deflate_expansion = 1032;
  const auto chunks = pixel_chunks(bytes);
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreePng> png{&header};
  const auto fail_if = [&](bool failed) {
    if (failed) throw Error(name + ": damaged PNG: " + png->message);
  };
  fail_if(png_image_begin_read_from_memory(png.get(), chunks.data(), chunks.size()) == 0);
  png->format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA;
  png->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  const bool is_clear = (png->format & PNG_FORMAT_FLAG_ALPHA) != 0;
  const Shape shape{Index{png->height}, Index{png->width},
                    Index{PNG_IMAGE_PIXEL_CHANNELS(png->format)}};
  const auto bits = std::min(shape.height, most_image_pixels) *
                    std::min(shape.width, most_image_pixels) * png_pixel_bits(chunks);
  Image image = image_for(shape, bits, deflate_expansion, bytes, name);
  fail_if(png_image_finish_read(png.get(), nullptr, image.pixels.data(), 0, nullptr) == 0);
  return is_clear ? on_white(image) : image;
}

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE {

/// The bytes of a PNG file of `image`, which has one channel or three. Throws Error if it has not,
/// or is empty.
inline std::vector<std::uint8_t> encode_png(const Image& image) {
  const Shape& shape = image.shape;
  const bool is_grey = shape.channels == 1;
  if ((!is_grey && shape.channels != 3) || shape.height < 1 || shape.width < 1 ||
      shape.height > most_image_pixels / shape.width || std::ssize(image.pixels) != shape.size()) {
    throw Error(detail::text("PNG: expected an image of 1 or 3 channels, found ", shape.height, "x",
                             shape.width, "x", shape.channels, " with ", std::ssize(image.pixels),
                             " values"));
  }
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.height = static_cast<png_uint_32>(shape.height);
  png.width = static_cast<png_uint_32>(shape.width);
  png.format = is_grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::vector<std::uint8_t> bytes(size);
  if (png_image_write_to_memory(&png, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr) ==
      0) {
    throw Error(std::string("PNG: ") + png.message);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace TWEED_NAMESPACE
