#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <zlib.h>

namespace TWEED_NAMESPACE::detail {

/// Why a file is not the one that was written: it was cut short, or its bytes have changed. All
/// else that can be wrong with a file is no damage to it.
class DamagedFile : public Error {
 public:
  using Error::Error;
};

inline constexpr std::size_t checksum_bytes = sizeof(std::uint32_t);

/// CRC-32 of `bytes`, going on from that of what came before.
inline std::uint32_t crc32_of(std::span<const std::byte> bytes, std::uint32_t before = 0) {
  if (bytes.empty()) return before;  // zlib would start anew at a null pointer
  const auto* const data = reinterpret_cast<const Bytef*>(bytes.data());
  return static_cast<std::uint32_t>(::crc32_z(before, data, bytes.size()));
}

/// Throws DamagedFile unless the last four bytes of the file are the CRC-32 of all before them.
inline void verify_checksum(const std::filesystem::path& path) {
  InputFile file{path};
  const auto fill = [&](std::span<std::byte> bytes) {
    if (file.read(bytes) < bytes.size()) throw Error(path.string() + ": ended while it was read");
  };
  if (file.size() < checksum_bytes) {
    throw DamagedFile(path.string() + ": damaged: expected a checksum, found " +
                      std::to_string(file.size()) + " bytes");
  }
  std::vector<std::byte> block(std::size_t{1} << 16);
  std::uint32_t found = 0;
  for (std::uintmax_t left = file.size() - checksum_bytes; left > 0;) {
    const auto part = std::span(block).first(
        static_cast<std::size_t>(std::min<std::uintmax_t>(left, block.size())));
    fill(part);
    found = crc32_of(part, found);
    left -= part.size();
  }
  std::uint32_t expected = 0;
  fill(std::as_writable_bytes(std::span{&expected, 1}));
  if (found != expected) {
    throw DamagedFile(path.string() + ": damaged: expected a checksum of " +
                      std::to_string(expected) + ", found " + std::to_string(found));
  }
}

}  // namespace TWEED_NAMESPACE::detail
