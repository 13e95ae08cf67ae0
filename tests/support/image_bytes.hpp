#pragma once

#include <tweed/data/image.hpp>

#include <png.h>
#include <turbojpeg.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace tests {

/// `image` as a JPEG file of turbojpeg's `sampling` and `flags`: grey, RGB or, with four channels,
/// CMYK.
inline std::vector<std::uint8_t> encode_jpeg(const tweed::Image& image, int sampling,
                                             int flags = 0) {
  void* const jpeg = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const int format = image.shape.channels == 1   ? TJPF_GRAY
                     : image.shape.channels == 3 ? TJPF_RGB
                                                 : TJPF_CMYK;
  const int status = tjCompress2(jpeg, image.pixels.data(), static_cast<int>(image.shape.width), 0,
                                 static_cast<int>(image.shape.height), format, &bytes, &size,
                                 sampling, 100, flags);
  if (status != 0) throw std::runtime_error("tjCompress2");
  std::vector<std::uint8_t> result(bytes, bytes + size);
  tjFree(bytes);
  tjDestroy(jpeg);
  return result;
}

/// A PNG file of `pixels` as libpng's `format` describes them.
template <class Value>
std::vector<std::uint8_t> encode_png_as(unsigned format, unsigned height, unsigned width,
                                        const std::vector<Value>& pixels,
                                        const std::vector<std::uint8_t>& colours = {}) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.format = format;
  png.height = height;
  png.width = width;
  png.colormap_entries = static_cast<unsigned>(colours.size() / 3);
  std::vector<std::uint8_t> bytes(10000);
  png_alloc_size_t size = bytes.size();
  if (png_image_write_to_memory(&png, bytes.data(), &size, 0, pixels.data(), 0,
                                colours.empty() ? nullptr : colours.data()) == 0) {
    throw std::runtime_error(png.message);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace tests
