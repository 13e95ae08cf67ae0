#include <tweed/data/image_file.hpp>
#include <support/error_message.hpp>
#include <support/image_bytes.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

using tests::encode_jpeg;
using tests::error_message;
using tests::noise;
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

std::string error_of(const Bytes& bytes) {
  return error_message([&] { decode_image(bytes, "image"); });
}

/// Writes `value` at `offset`, the highest byte first.
void put(Bytes& bytes, std::size_t offset, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    bytes[offset + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  }
}

std::uint32_t png_checksum(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/// The PNG with another size in its header, whose checksum is right.
Bytes with_size(Bytes png, std::uint32_t width, std::uint32_t height) {
  put(png, 16, width);
  put(png, 20, height);
  put(png, 29, png_checksum(std::span(png).subspan(12, 17)));
  return png;
}

/// The PNG with this chunk in place of what lies between header and pixels.
Bytes with_chunk(Bytes png, const std::string& type, const Bytes& content) {
  Bytes chunk(4);
  chunk.insert(chunk.end(), type.begin(), type.end());
  chunk.insert(chunk.end(), content.begin(), content.end());
  const auto sum = png_checksum(std::span(chunk).subspan(4));
  chunk.resize(chunk.size() + 4);
  put(chunk, 0, static_cast<std::uint32_t>(content.size()));
  put(chunk, chunk.size() - 4, sum);
  constexpr std::ptrdiff_t behind_header = 33;
  const std::string pixels = "IDAT";
  const auto next = std::search(png.begin(), png.end(), pixels.begin(), pixels.end()) - 4;
  const auto at = png.erase(png.begin() + behind_header, next);
  png.insert(at, chunk.begin(), chunk.end());
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
  CHECK(grey == Image{{1, 3, 1}, {0, 255, 54}});

  const auto palette = tests::encode_png_as<std::uint8_t>(PNG_FORMAT_RGB_COLORMAP, 1, 2, {1, 0},
                                                          {10, 20, 30, 200, 100, 0});
  CHECK(decode_image(palette, "image") == Image{{1, 2, 3}, {200, 100, 0, 10, 20, 30}});
}

TEST_CASE("PNG: what is transparent lies on white, as Pillow puts it there") {
  // From Pillow 13.0.0, for the same pixels:
  //   image = image.convert("RGBA")
  //   Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
  const auto colours = tests::encode_png_as<std::uint8_t>(
      PNG_FORMAT_RGBA, 1, 4, {10, 20, 30, 0, 10, 20, 30, 128, 10, 20, 30, 255, 200, 100, 50, 64});
  CHECK(decode_image(colours, "image") ==
        Image{{1, 4, 3}, {255, 255, 255, 132, 137, 142, 10, 20, 30, 241, 216, 204}});
  const auto grey =
      tests::encode_png_as<std::uint8_t>(PNG_FORMAT_GA, 1, 3, {40, 0, 40, 128, 40, 255});
  CHECK(decode_image(grey, "image") == Image{{1, 3, 1}, {255, 147, 40}});
  const auto one_grey = with_chunk(encode_png({{1, 3, 1}, {5, 6, 7}}), "tRNS", {0, 6});
  CHECK(decode_image(one_grey, "image") == Image{{1, 3, 1}, {5, 255, 7}});
}

TEST_CASE("PNG: what a file says of gamma does not change its values") {
  // Pillow 13.0.0 gives the same for such files.
  const Image image{{1, 3, 3}, {10, 20, 30, 100, 128, 200, 255, 0, 64}};
  for (const std::uint32_t gamma : {45455U, 100000U, 220000U}) {
    Bytes content(4);
    put(content, 0, gamma);
    CHECK(decode_image(with_chunk(encode_png(image), "gAMA", content), "image") == image);
  }
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
  CHECK(error_of(encode_jpeg(noise({8, 8, 4}))) ==
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

TEST_CASE("a header's claim allocates nothing") {
  const auto png = encode_png(noise({2, 2, 3}));
  const std::string size = std::to_string(png.size());
  CHECK(error_of(with_size(png, 8000, 8000)) ==
        "image: its header promises 8000x8000x3, more than " + size + " bytes can hold");
  CHECK(error_of(with_size(png, 60000, 60000)) ==
        "image: expected at most 67108864 pixels, found 60000x60000x3");
  CHECK(error_of(with_size(png, 2147483647, 2147483647)).starts_with("image: "));
  CHECK(error_of(with_size(png, 0, 1)).starts_with("image: damaged PNG: "));

  auto jpeg = encode_jpeg(noise({8, 8, 1}));
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
  CHECK(decode_image(encode_jpeg(grey), "image") == grey);
  CHECK(decode_image(encode_jpeg(grey, {.progressive = true}), "image") == grey);
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
