#include <tweed/data/image_file.hpp>
#include <fuzz/fuzz.hpp>

#include <zlib.h>

#include <vector>

namespace {

using Bytes = std::vector<std::uint8_t>;

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

/// As a PNG whose chunks have the right checksums, which keep most damage out.
Bytes with_right_checksums(Bytes png) {
  constexpr std::size_t signature = 8;
  constexpr std::size_t around = 12;  // length, type and checksum
  for (std::size_t at = signature; at + around <= png.size();) {
    const std::size_t length = big_endian(&png[at]);
    if (length > png.size() - at - around) break;
    const auto sum = crc32_z(0, &png[at + 4], length + 4);
    for (std::size_t i = 0; i < 4; ++i) {
      png[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    }
    at += around + length;
  }
  return png;
}

void decode(const Bytes& bytes) {
  fuzz::expect_one_line([&] {
    const tweed::Image image = tweed::decode_image(bytes, "image");
    if (std::ssize(image.pixels) != image.shape.size() || image.pixels.empty()) std::abort();
  });
}

}  // namespace

/// A PNG or JPEG file, as it is and with the checksums of a PNG mended.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, data + size);
  decode(bytes);
  if (!bytes.empty() && bytes[0] == 0x89) decode(with_right_checksums(bytes));
  return 0;
}
