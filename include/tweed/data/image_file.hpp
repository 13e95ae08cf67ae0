#pragma once

#include <tweed/core/input_file.hpp>
#include <tweed/data/jpeg.hpp>
#include <tweed/data/png.hpp>

#include <algorithm>
#include <array>
#include <filesystem>

namespace TWEED_NAMESPACE {

/// The image in the bytes of a PNG or JPEG file, which of them its first bytes say. Grey stays
/// grey, everything else becomes RGB with 8 bits a channel, and what is transparent lies on white:
/// (v a + 255 (255 - a)) / 255, to the nearest, for a value v of opacity a, as Pillow's
/// `alpha_composite` has it. Values are taken as they stand in the file, whatever it says of gamma,
/// colour profiles and, in Exif data, of how a camera was held.
///
/// Throws Error, which begins with `name`, if it is neither, damaged, in CMYK, or of more than
/// `most_image_pixels`. Up to 16 bytes that belong to nothing in front of a JPEG's marker are
/// skipped; more of them, and a file that ends early, are damage. Memory is taken only for as many
/// pixels as that many bytes can hold. Needs libpng and libjpeg.
inline Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name) {
  constexpr std::array<std::uint8_t, 8> png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  constexpr std::array<std::uint8_t, 3> jpeg{0xff, 0xd8, 0xff};
  const auto starts_with = [&](std::span<const std::uint8_t> start) {
    return bytes.size() >= start.size() && std::ranges::equal(bytes.first(start.size()), start);
  };
  if (starts_with(png)) return detail::decode_png(bytes, name);
  if (starts_with(jpeg)) return detail::decode_jpeg(bytes, name);
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
  std::vector<std::uint8_t> bytes(file.size());
  bytes.resize(file.read(std::as_writable_bytes(std::span{bytes})));
  return decode_image(bytes, path.string());
}

}  // namespace TWEED_NAMESPACE
