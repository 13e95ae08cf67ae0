#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/io/atomic_file.hpp>

#include <protozero/pbf_writer.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace TWEED_NAMESPACE {

namespace reporting::detail {

/// Numbers of fields, from tensorflow/core/util/event.proto and framework/summary.proto.
namespace event_field {
inline constexpr protozero::pbf_tag_type wall_time = 1;
inline constexpr protozero::pbf_tag_type step = 2;
inline constexpr protozero::pbf_tag_type file_version = 3;
inline constexpr protozero::pbf_tag_type summary = 5;
inline constexpr protozero::pbf_tag_type value = 1;  // of a summary
inline constexpr protozero::pbf_tag_type tag = 1;    // of a value
inline constexpr protozero::pbf_tag_type simple_value = 2;
}  // namespace event_field

/// CRC-32C of each byte.
inline constexpr std::array<std::uint32_t, 256> crc_table = [] {
  constexpr std::uint32_t polynomial = 0x82f63b78;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    table[byte] = crc;
  }
  return table;
}();

[[gnu::cold]] inline std::string little_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 0xff);
  return text;
}

/// The checksum of TFRecord: CRC-32C, rotated by 15 bits, plus a constant.
inline std::uint32_t masked_crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc = (crc >> 8) ^ crc_table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
}

}  // namespace reporting::detail

/// The content of an event file, from which TensorBoard draws curves. It is a sequence of records,
/// TFRecord's length, checksum, content, checksum, each with a protocol buffer `Event`. Needs
/// protozero.
class EventFile {
 public:
  /// Times are seconds since 1970.
  [[gnu::cold]] explicit EventFile(double created) {
    std::string event;
    protozero::pbf_writer writer{event};
    writer.add_double(reporting::detail::event_field::wall_time, created);
    writer.add_string(reporting::detail::event_field::file_version, "brain.Event:2");
    add_record(event);
  }

  /// A point of the curve `tag`, such as "loss/train".
  [[gnu::cold]] void add(std::string_view tag, Index step, double time, double value) {
    std::string point;
    protozero::pbf_writer point_writer{point};
    point_writer.add_string(reporting::detail::event_field::tag, tag.data(), tag.size());
    point_writer.add_float(reporting::detail::event_field::simple_value, static_cast<float>(value));
    std::string summary;
    protozero::pbf_writer{summary}.add_message(reporting::detail::event_field::value, point);
    std::string event;
    protozero::pbf_writer writer{event};
    writer.add_double(reporting::detail::event_field::wall_time, time);
    writer.add_int64(reporting::detail::event_field::step, step);
    writer.add_message(reporting::detail::event_field::summary, summary);
    add_record(event);
  }

  const std::string& bytes() const { return bytes_; }

 private:
  [[gnu::cold]] void add_record(std::string_view content) {
    using reporting::detail::little_endian;
    using reporting::detail::masked_crc32c;
    const std::string length = little_endian(content.size(), 8);
    bytes_ += length + little_endian(masked_crc32c(length), 4);
    bytes_ += content;
    bytes_ += little_endian(masked_crc32c(content), 4);
  }

  std::string bytes_;
};

}  // namespace TWEED_NAMESPACE
