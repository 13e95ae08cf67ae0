#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/image.hpp>

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tweed {

/// What `read_image` takes at most: pixels of an image, and bytes of its file.
inline constexpr Index most_image_pixels = Index{1} << 26;
inline constexpr std::uintmax_t most_image_bytes = std::uintmax_t{1} << 28;

}  // namespace tweed

namespace tweed::detail {

using ImageBytes = std::span<const std::uint8_t>;

inline bool starts_with(ImageBytes bytes, std::span<const std::uint8_t> start) {
  return bytes.size() >= start.size() && std::ranges::equal(bytes.first(start.size()), start);
}

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
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreePng> png{&header};
  const auto fail_if = [&](bool failed) {
    if (failed) throw Error(name + ": damaged PNG: " + png->message);
  };
  fail_if(png_image_begin_read_from_memory(png.get(), bytes.data(), bytes.size()) == 0);
  const bool is_colour = (png->format & PNG_FORMAT_FLAG_COLOR) != 0;
  png->format = is_colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  const Shape shape{Index{png->height}, Index{png->width}, is_colour ? 3 : 1};
  const auto bits = std::min(shape.height, most_image_pixels) *
                    std::min(shape.width, most_image_pixels) * png_pixel_bits(bytes);
  Image image = image_for(shape, bits, deflate_expansion, bytes, name);
  const png_color white{255, 255, 255};
  fail_if(png_image_finish_read(png.get(), &white, image.pixels.data(), 0, nullptr) == 0);
  return image;
}

struct CloseJpeg {
  void operator()(void* jpeg) const { tjDestroy(jpeg); }
};

inline Image decode_jpeg(ImageBytes bytes, const std::string& name) {
  constexpr Index block_expansion = 512;  // a block of 8x8 bytes takes one bit at the least
  const std::unique_ptr<void, CloseJpeg> jpeg{tjInitDecompress()};
  if (!jpeg) throw Error(name + ": libjpeg does not start");
  const auto fail_if = [&](bool failed) {
    if (failed) throw Error(name + ": damaged JPEG: " + tjGetErrorStr2(jpeg.get()));
  };
  const auto size = static_cast<unsigned long>(bytes.size());
  int width = 0;
  int height = 0;
  int sampling = 0;
  int colours = 0;
  fail_if(tjDecompressHeader3(jpeg.get(), bytes.data(), size, &width, &height, &sampling,
                              &colours) != 0);
  if (width < 1 || height < 1) throw Error(name + ": damaged JPEG: it ends before its pixels");
  if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
    throw Error(name + ": a JPEG in CMYK; expected grey or RGB, please convert it");
  }
  const bool is_grey = colours == TJCS_GRAY;
  Image image = image_for({height, width, is_grey ? 1 : 3}, Index{width} * height * 8,
                          block_expansion, bytes, name);
  fail_if(tjDecompress2(jpeg.get(), bytes.data(), size, image.pixels.data(), width, 0, height,
                        is_grey ? TJPF_GRAY : TJPF_RGB,
                        TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0);
  return image;
}

}  // namespace tweed::detail

namespace tweed {

/// The image in the bytes of a PNG or JPEG file, which of them its first bytes say. Grey stays
/// grey, everything else becomes RGB with 8 bits a channel; what is transparent lies on white. The
/// pixels stay as they lie in the file: how a camera was held, as Exif data may say, is not heeded.
///
/// Throws Error, which begins with `name`, if it is neither, damaged, in CMYK, or of more than
/// `most_image_pixels`. Memory is taken only for as many pixels as that many bytes can hold. Needs
/// libpng and libturbojpeg.
inline Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name) {
  constexpr std::array<std::uint8_t, 8> png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  constexpr std::array<std::uint8_t, 3> jpeg{0xff, 0xd8, 0xff};
  if (detail::starts_with(bytes, png)) return detail::decode_png(bytes, name);
  if (detail::starts_with(bytes, jpeg)) return detail::decode_jpeg(bytes, name);
  throw Error(name + (bytes.empty() ? ": expected a PNG or JPEG image, found an empty file"
                                    : ": expected a PNG or JPEG image, found something else"));
}

/// The image in a PNG or JPEG file; see `decode_image`. Throws Error also if it cannot be read.
inline Image read_image(const std::filesystem::path& path) {
  InputFile file{path};
  if (file.size() > most_image_bytes) {
    throw Error(detail::text(path.string(), ": expected an image file of at most ",
                             most_image_bytes >> 20, " MB, found ", file.size() >> 20, " MB"));
  }
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(file.size()));
  bytes.resize(file.read(std::as_writable_bytes(std::span{bytes})));
  return decode_image(bytes, path.string());
}

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

}  // namespace tweed
