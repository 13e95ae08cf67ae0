#include <tweed/data/image_file.hpp>
#include <support/error_message.hpp>
#include <support/image_bytes.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using tests::encode_jpeg;
using tests::error_message;
using tests::TemporaryDirectory;
using tests::write_file;
using tweed::decode_image;
using tweed::encode_png;
using tweed::Image;
using tweed::Index;
using tweed::read_image;
using tweed::Shape;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// Values that hardly repeat.
Image noise(const Shape& shape) {
  Image image{shape, Bytes(static_cast<std::size_t>(shape.size()))};
  std::uint32_t state = 1;
  for (auto& value : image.pixels) {
    value = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  }
  return image;
}

/// Values that rise from corner to corner, which JPEG keeps well.
Image ramp(const Shape& shape) {
  Image image{shape, {}};
  for (Index y = 0; y < shape.height; ++y) {
    for (Index x = 0; x < shape.width; ++x) {
      for (Index c = 0; c < shape.channels; ++c) {
        image.pixels.push_back(static_cast<std::uint8_t>(4 * x + 2 * y + 20 * c));
      }
    }
  }
  return image;
}

int largest_difference(const Image& a, const Image& b) {
  REQUIRE(a.shape == b.shape);
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return largest;
}

std::string error_of(const Bytes& bytes) {
  return error_message([&] { decode_image(bytes, "image"); });
}

/// Writes `value` at `offset`, the highest byte first.
void put(Bytes& bytes, std::size_t offset, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    bytes[offset + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  }
}

/// The PNG with another size in its header, whose checksum is right.
Bytes with_size(Bytes png, std::uint32_t width, std::uint32_t height) {
  put(png, 16, width);
  put(png, 20, height);
  std::uint32_t crc = 0xffffffff;
  for (std::size_t i = 12; i < 29; ++i) {
    crc ^= png[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  put(png, 29, ~crc);
  return png;
}

}  // namespace

TEST_CASE("a PNG comes back as it was written") {
  for (const Shape& shape : std::vector<Shape>{
           {1, 1, 1}, {1, 1, 3}, {7, 5, 1}, {28, 28, 1}, {1, 97, 3}, {97, 1, 3}, {64, 33, 3}}) {
    const Image image = noise(shape);
    CHECK(decode_image(encode_png(image), "image") == image);
  }
}

TEST_CASE("PNG: 16 bits, palettes and transparency become 8 bits of grey or RGB") {
  const auto deep =
      tests::encode_png_as<std::uint16_t>(PNG_FORMAT_LINEAR_Y, 1, 3, {0, 65535, 13933});
  const Image grey = decode_image(deep, "image");
  CHECK(grey.shape == Shape{1, 3, 1});
  CHECK(grey.pixels[0] == 0);
  CHECK(grey.pixels[1] == 255);

  const auto palette = tests::encode_png_as<std::uint8_t>(PNG_FORMAT_RGB_COLORMAP, 1, 2, {1, 0},
                                                          {10, 20, 30, 200, 100, 0});
  CHECK(decode_image(palette, "image") == Image{{1, 2, 3}, {200, 100, 0, 10, 20, 30}});

  const auto transparent =
      tests::encode_png_as<std::uint8_t>(PNG_FORMAT_RGBA, 1, 2, {9, 9, 9, 0, 10, 20, 30, 255});
  CHECK(decode_image(transparent, "image") == Image{{1, 2, 3}, {255, 255, 255, 10, 20, 30}});
}

TEST_CASE("a JPEG comes back nearly as it was written") {
  for (const Shape& shape : std::vector<Shape>{{1, 1, 1}, {7, 5, 1}, {28, 28, 1}, {17, 33, 1}}) {
    CHECK(largest_difference(decode_image(encode_jpeg(ramp(shape), TJSAMP_GRAY), "image"),
                             ramp(shape)) <= 3);
  }
  for (const Shape& shape : std::vector<Shape>{{1, 1, 3}, {7, 5, 3}, {28, 28, 3}, {17, 33, 3}}) {
    for (const int flags : {0, TJFLAG_PROGRESSIVE}) {
      CHECK(largest_difference(decode_image(encode_jpeg(ramp(shape), TJSAMP_444, flags), "image"),
                               ramp(shape)) <= 3);
    }
  }
}

TEST_CASE("a JPEG is not turned, whatever its Exif data say") {
  const auto jpeg = encode_jpeg(ramp({5, 9, 3}), TJSAMP_444);
  // An APP1 segment, in it TIFF with one entry: orientation (0x0112) is 6, turned to the right.
  const Bytes exif{0xff, 0xe1, 0,    34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                   0,    1,    0x01, 0x12, 0,   3,   0,   0,   0, 1, 0,   6,   0, 0,  0, 0, 0, 0};
  auto turned = jpeg;
  turned.insert(turned.begin() + 2, exif.begin(), exif.end());
  CHECK(decode_image(turned, "image") == decode_image(jpeg, "image"));
}

TEST_CASE("the content says what an image file is, the name does not") {
  const TemporaryDirectory directory;
  const auto path = directory / "image.jpg";
  const Image image = noise({3, 4, 3});
  const auto png = encode_png(image);
  write_file(path, {reinterpret_cast<const char*>(png.data()), png.size()});
  CHECK(read_image(path) == image);
}

TEST_CASE("what is no image is refused") {
  const TemporaryDirectory directory;
  const auto path = directory / "image.png";
  write_file(path, "hello");
  CHECK(error_message([&] { read_image(path); }) ==
        path.string() + ": expected a PNG or JPEG image, found something else");
  CHECK(error_of({}) == "image: expected a PNG or JPEG image, found an empty file");
  CHECK(error_message([&] { read_image(directory / "none"); }).ends_with("no such file"));
  CHECK(error_of(encode_jpeg(noise({8, 8, 4}), TJSAMP_444)) ==
        "image: a JPEG in CMYK; expected grey or RGB, please convert it");
}

TEST_CASE("a PNG that ends early is refused, wherever it ends") {
  const auto png = encode_png(noise({9, 11, 3}));
  constexpr std::size_t end_chunk = 12;  // says nothing about the pixels
  for (std::size_t length = 8; length < png.size() - end_chunk; ++length) {
    CHECK(error_of({png.begin(), png.begin() + static_cast<std::ptrdiff_t>(length)})
              .starts_with("image: damaged PNG: "));
  }
}

TEST_CASE("no damaged byte of a PNG changes a pixel") {
  const Image image = noise({9, 11, 3});
  const auto png = encode_png(image);
  for (std::size_t i = 0; i < png.size(); ++i) {
    for (const std::uint8_t mask : Bytes{0x01, 0x10, 0x20, 0x80, 0xff}) {
      auto damaged = png;
      damaged[i] ^= mask;
      Image read;
      const auto message = error_message([&] { read = decode_image(damaged, "image"); });
      CHECK((!message.empty() || read == image));
    }
  }
}

TEST_CASE("a JPEG that ends early is refused, and damage is survived") {
  const auto jpeg = encode_jpeg(noise({20, 30, 3}), TJSAMP_444);
  for (std::size_t length = 3; length < jpeg.size() - 2; ++length) {
    CHECK(error_of({jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(length)})
              .starts_with("image: damaged JPEG: "));
  }
  int refused = 0;
  for (std::size_t i = 0; i < jpeg.size(); ++i) {
    auto damaged = jpeg;
    damaged[i] ^= 0xff;
    refused += error_of(damaged).empty() ? 0 : 1;
  }
  CHECK(refused > 300);  // JPEG has no checksum: what still decodes is another picture
}

TEST_CASE("a header's claim allocates nothing") {
  const auto png = encode_png(noise({2, 2, 3}));
  const std::string size = std::to_string(png.size());
  CHECK(error_of(with_size(png, 8000, 8000)) ==
        "image: its header promises 8000x8000x3, more than " + size + " bytes can hold");
  CHECK(error_of(with_size(png, 60000, 60000)) ==
        "image: expected at most 67108864 pixels, found 60000x60000x3");
  CHECK(error_of(with_size(png, 2147483647, 2147483647)).starts_with("image: "));
  CHECK(error_of(with_size(png, 0, 1)).starts_with("image: damaged PNG: "));

  auto jpeg = encode_jpeg(noise({8, 8, 1}), TJSAMP_GRAY);
  const Bytes start_of_frame{0xff, 0xc0};
  const auto frame =
      std::search(jpeg.begin(), jpeg.end(), start_of_frame.begin(), start_of_frame.end()) -
      jpeg.begin();
  for (const std::ptrdiff_t i : {5, 7}) {
    jpeg[static_cast<std::size_t>(frame + i)] = 0x1f;
    jpeg[static_cast<std::size_t>(frame + i + 1)] = 0x40;
  }
  CHECK(error_of(jpeg) == "image: its header promises 8000x8000x1, more than " +
                              std::to_string(jpeg.size()) + " bytes can hold");
}

TEST_CASE("an image that compresses as far as the formats can is read") {
  const Image black{{2000, 3000, 1}, Bytes(6000000)};
  CHECK(decode_image(encode_png(black), "image") == black);
  const Image grey{{2000, 3000, 1}, Bytes(6000000, 128)};
  CHECK(decode_image(encode_jpeg(grey, TJSAMP_GRAY), "image") == grey);
  CHECK(decode_image(encode_jpeg(grey, TJSAMP_GRAY, TJFLAG_PROGRESSIVE), "image") == grey);
}

TEST_CASE("only an image of one channel or three is a PNG") {
  for (const Shape& shape : std::vector<Shape>{{2, 2, 2}, {2, 2, 4}, {0, 2, 1}, {2, 0, 1}}) {
    CHECK(error_message([&] {
            encode_png(noise(shape));
          }).starts_with("PNG: expected an image of 1 or 3 channels, found "));
  }
  CHECK(error_message([] {
          encode_png({{2, 2, 1}, {1, 2, 3}});
        }) == "PNG: expected an image of 1 or 3 channels, found 2x2x1 with 3 values");
}
