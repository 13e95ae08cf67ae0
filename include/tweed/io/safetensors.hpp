#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/io/atomic_file.hpp>
#include <tweed/io/safetensors_file.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#ifndef TWEED_COMPILED
#include <tweed/io/safetensors_json.hpp>
#endif

namespace TWEED_NAMESPACE {

/// Reads a safetensors file. Nothing in it is trusted: lengths, names, types, shapes and offsets
/// are checked against one another and against the file's size before its data is read. Throws
/// Error, one line with the path and what is wrong.
inline SafetensorsFile read_safetensors(const std::filesystem::path& path) {
  InputFile file{path};
  const auto read = [&](std::span<std::byte> bytes) {
    if (file.read(bytes) < bytes.size()) throw Error(path.string() + ": ended while it was read");
  };

  if (file.size() < detail::safetensors_prefix) {
    throw Error(path.string() + ": expected 8 bytes with the header's length, found " +
                std::to_string(file.size()));
  }
  std::array<std::byte, detail::safetensors_prefix> prefix;
  read(prefix);
  const auto length = std::bit_cast<std::uint64_t>(prefix);
  const auto most = std::min<std::uintmax_t>(file.size() - detail::safetensors_prefix,
                                             detail::safetensors_longest_header);
  if (length > most) {
    throw Error(path.string() + ": at byte 0: expected a header of at most " +
                std::to_string(most) + " bytes, found a length of " + std::to_string(length));
  }

  std::string text(length, '\0');
  read(std::as_writable_bytes(std::span{text}));
  const std::uint64_t data_size = file.size() - detail::safetensors_prefix - length;
  const auto header = detail::parse_safetensors_header(path, text, data_size);
  std::vector<std::byte> data(data_size);
  read(data);
  return {header, std::move(data)};
}

/// Writes a safetensors file, atomically; the same input gives the same bytes. The tensors lie in
/// the order given. Throws Error, and writes nothing, if a name comes twice, if a type is unknown,
/// if bytes do not agree with a shape, if text is not UTF-8, or if the system refuses.
inline void write_safetensors(const std::filesystem::path& path,
                              std::span<const TensorView> tensors,
                              const SafetensorsFile::Metadata& metadata = {}) {
  const std::string header = detail::safetensors_header_text(path, tensors, metadata);
  const std::array<std::uint64_t, 1> prefix{header.size()};
  std::vector<std::span<const std::byte>> pieces{std::as_bytes(std::span{prefix}),
                                                 std::as_bytes(std::span{header})};
  for (const TensorView& tensor : tensors) pieces.push_back(tensor.bytes);
  write_file_atomically(path, pieces);
}

}  // namespace TWEED_NAMESPACE
