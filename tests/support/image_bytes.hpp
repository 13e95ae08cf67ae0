#pragma once

#include <tweed/data/image.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include <jpeglib.h>
#include <png.h>

namespace tests {

/// Values that hardly repeat.
inline tweed::Image noise(const tweed::Shape& shape) {
  tweed::Image image{shape, std::vector<std::uint8_t>(static_cast<std::size_t>(shape.size()))};
  std::uint32_t state = 1;
  for (auto& value : image.pixels) {
    value = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  }
  return image;
}

struct JpegOptions {
  bool progressive = false;
  bool halved_colours = false;             ///< colours at half the resolution, in both directions
  unsigned restart_interval = 0;           ///< blocks between restart markers; 0: none
  std::vector<jpeg_scan_info> scans = {};  ///< instead of the usual ones
};

/// `image` as a JPEG file: grey, RGB or, with four channels, CMYK.
inline std::vector<std::uint8_t> encode_jpeg(const tweed::Image& image,
                                             const JpegOptions& options = {}) {
  jpeg_error_mgr errors{};
  jpeg_compress_struct jpeg{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  const auto channels = static_cast<int>(image.shape.channels);
  jpeg.image_width = static_cast<JDIMENSION>(image.shape.width);
  jpeg.image_height = static_cast<JDIMENSION>(image.shape.height);
  jpeg.input_components = channels;
  jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 100, TRUE);
  if (channels == 3 && !options.halved_colours) {
    jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = 1;
  }
  if (options.progressive) jpeg_simple_progression(&jpeg);
  if (!options.scans.empty()) {
    jpeg.scan_info = options.scans.data();
    jpeg.num_scans = static_cast<int>(options.scans.size());
  }
  jpeg.restart_interval = options.restart_interval;
  jpeg_start_compress(&jpeg, TRUE);
  auto pixels = image.pixels;
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = pixels.data() + jpeg.next_scanline * image.shape.width * channels;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::vector<std::uint8_t> result(bytes, bytes + size);
  std::free(bytes);
  jpeg_destroy_compress(&jpeg);
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
