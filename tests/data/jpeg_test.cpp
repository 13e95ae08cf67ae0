#include <tweed/data/image_file.hpp>
#include <support/error_message.hpp>
#include <support/image_bytes.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using tests::encode_jpeg;
using tests::error_message;
using tests::noise;
using tweed::decode_image;
using tweed::Image;
using tweed::Index;
using tweed::Shape;

namespace {

using Bytes = std::vector<std::uint8_t>;

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

Bytes::const_iterator last_marker(const Bytes& jpeg, std::uint8_t code) {
  const Bytes marker{0xff, code};
  const auto at = std::find_end(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
  REQUIRE(at != jpeg.end());
  return at;
}

/// The JPEG with `count` times `junk` in front of the last marker `code`.
Bytes with_junk(Bytes jpeg, std::uint8_t code, std::uint8_t junk, std::size_t count) {
  jpeg.insert(last_marker(jpeg, code), count, junk);
  return jpeg;
}

}  // namespace

TEST_CASE("a JPEG comes back nearly as it was written") {
  for (const Shape& shape : std::vector<Shape>{{1, 1, 1}, {7, 5, 1}, {28, 28, 1}, {17, 33, 1}}) {
    CHECK(largest_difference(decode_image(encode_jpeg(ramp(shape)), "image"), ramp(shape)) <= 3);
  }
  for (const Shape& shape : std::vector<Shape>{{1, 1, 3}, {7, 5, 3}, {28, 28, 3}, {17, 33, 3}}) {
    for (const bool progressive : {false, true}) {
      const auto jpeg = encode_jpeg(ramp(shape), {.progressive = progressive});
      CHECK(largest_difference(decode_image(jpeg, "image"), ramp(shape)) <= 3);
    }
  }
}

TEST_CASE("JPEG: a few bytes that belong to nothing are skipped") {
  constexpr std::uint8_t tables = 0xdb, frame = 0xc0, codes = 0xc4, scan = 0xda, restart = 0xd0,
                         end = 0xd9;
  const auto plain = encode_jpeg(noise({16, 24, 3}), {.restart_interval = 5});
  const auto progressive = encode_jpeg(noise({16, 24, 3}), {.progressive = true});
  const auto check = [](const Bytes& jpeg, std::uint8_t marker) {
    CAPTURE(marker);
    const Image image = decode_image(jpeg, "image");
    for (const std::size_t count : {1U, 3U, 16U}) {
      for (const std::uint8_t junk : Bytes{0, 1, 0x5a}) {
        CHECK(decode_image(with_junk(jpeg, marker, junk, count), "image") == image);
      }
    }
    CHECK(error_of(with_junk(jpeg, marker, 1, 40)).find("extraneous bytes") != std::string::npos);
  };
  for (const std::uint8_t marker : {tables, frame, codes, scan, restart, end}) check(plain, marker);
  for (const std::uint8_t marker : {codes, scan, end}) check(progressive, marker);
  CHECK(error_of(with_junk(plain, tables, 0, 17)) ==
        "image: damaged JPEG: Corrupt JPEG data: 17 extraneous bytes before marker 0xdb");
  auto jfif_of_tomorrow = plain;
  jfif_of_tomorrow[11] = 9;
  CHECK(decode_image(jfif_of_tomorrow, "image") == decode_image(plain, "image"));
}

TEST_CASE("a JPEG is not turned, whatever its Exif data say") {
  const auto jpeg = encode_jpeg(ramp({5, 9, 3}));
  // An APP1 segment, in it TIFF with one entry: orientation (0x0112) is 6, turned to the right.
  const Bytes exif{0xff, 0xe1, 0,    34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                   0,    1,    0x01, 0x12, 0,   3,   0,   0,   0, 1, 0,   6,   0, 0,  0, 0, 0, 0};
  auto turned = jpeg;
  turned.insert(turned.begin() + 2, exif.begin(), exif.end());
  CHECK(decode_image(turned, "image") == decode_image(jpeg, "image"));
}

TEST_CASE("a JPEG that ends early is refused, and damage is survived") {
  const auto jpeg = encode_jpeg(noise({20, 30, 3}));
  for (std::size_t length = 3; length < jpeg.size(); ++length) {
    CHECK(error_of({jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(length)})
              .starts_with("image: damaged JPEG: "));
  }
  int refused = 0;
  for (std::size_t i = 0; i < jpeg.size(); ++i) {
    auto damaged = jpeg;
    damaged[i] ^= 0xff;
    refused += error_of(damaged).empty() ? 0 : 1;
  }
  CHECK(refused > 3000);  // JPEG has no checksum: what still decodes is another picture
}

TEST_CASE("a JPEG of very many scans is refused, each of which costs time for all pixels") {
  const jpeg_scan_info means{1, {0}, 0, 0, 0, 0}, rest{1, {0}, 1, 63, 0, 0};
  const auto jpeg = encode_jpeg(noise({8, 8, 1}), {.scans = {means, rest}});
  const Bytes last(last_marker(jpeg, 0xda), jpeg.end() - 2);
  const auto with_more_scans = [&](int count) {
    auto more = jpeg;
    for (int i = 0; i < count; ++i) more.insert(more.end() - 2, last.begin(), last.end());
    return more;
  };
  CHECK(decode_image(with_more_scans(400), "image") == decode_image(jpeg, "image"));
  CHECK(error_of(with_more_scans(600)) == "image: damaged JPEG: more than 500 scans");
}
