#include "event_file.hpp"

#include <tweed/io/atomic_file.hpp>

#include <protozero/pbf_writer.hpp>

#include <array>

namespace fashion_mnist {

namespace {

/// Numbers of fields, from tensorflow/core/util/event.proto and framework/summary.proto.
namespace field {
constexpr protozero::pbf_tag_type wall_time = 1;
constexpr protozero::pbf_tag_type step = 2;
constexpr protozero::pbf_tag_type file_version = 3;
constexpr protozero::pbf_tag_type summary = 5;
constexpr protozero::pbf_tag_type value = 1;  // of a summary
constexpr protozero::pbf_tag_type tag = 1;    // of a value
constexpr protozero::pbf_tag_type simple_value = 2;
}  // namespace field

/// CRC-32C of each byte.
constexpr std::array<std::uint32_t, 256> crc_table = [] {
  constexpr std::uint32_t polynomial = 0x82f63b78;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    table[byte] = crc;
  }
  return table;
}();

std::string little_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 0xff);
  return text;
}

}  // namespace

std::uint32_t masked_crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc = (crc >> 8) ^ crc_table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
}

EventFile::EventFile(double created) {
  std::string event;
  protozero::pbf_writer writer{event};
  writer.add_double(field::wall_time, created);
  writer.add_string(field::file_version, "brain.Event:2");
  add_record(event);
}

void EventFile::add(std::string_view tag, tweed::Index step, double time, double value) {
  std::string point;
  protozero::pbf_writer point_writer{point};
  point_writer.add_string(field::tag, tag.data(), tag.size());
  point_writer.add_float(field::simple_value, static_cast<float>(value));
  std::string summary;
  protozero::pbf_writer{summary}.add_message(field::value, point);
  std::string event;
  protozero::pbf_writer writer{event};
  writer.add_double(field::wall_time, time);
  writer.add_int64(field::step, step);
  writer.add_message(field::summary, summary);
  add_record(event);
}

void EventFile::add_record(std::string_view content) {
  const std::string length = little_endian(content.size(), 8);
  bytes_ += length + little_endian(masked_crc32c(length), 4);
  bytes_ += content;
  bytes_ += little_endian(masked_crc32c(content), 4);
}

void EventFile::write(const std::filesystem::path& path) const {
  tweed::write_file_atomically(path, bytes_);
}

}  // namespace fashion_mnist
