#pragma once

#include <tweed/core/shape.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace fashion_mnist {

/// The content of an event file, from which TensorBoard draws curves. It is a sequence of records,
/// TFRecord's length, checksum, content, checksum, each with a protocol buffer `Event`.
class EventFile {
 public:
  /// Times are seconds since 1970.
  explicit EventFile(double created);

  /// A point of the curve `tag`, such as "loss/train".
  void add(std::string_view tag, tweed::Index step, double time, double value);

  /// Throws Error if that fails.
  void write(const std::filesystem::path& path) const;

 private:
  void add_record(std::string_view content);

  std::string bytes_;
};

/// The checksum of TFRecord: CRC-32C, rotated by 15 bits, plus a constant.
std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace fashion_mnist
