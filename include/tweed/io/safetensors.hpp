#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>
#include <tweed/io/atomic_file.hpp>
#include <tweed/io/safetensors_header.hpp>
#include <tweed/io/safetensors_header_parser.hpp>
#include <tweed/io/utf8.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

static_assert(std::endian::native == std::endian::little, "safetensors holds little-endian values");

/// A named array of values that somebody else owns.
struct TensorView {
  std::string name;
  std::vector<Index> dims;           ///< outermost first; none for a scalar
  std::string dtype;                 ///< as the format spells it: "F32", "F64", "I64", "BF16"...
  std::span<const std::byte> bytes;  ///< little-endian values, row by row
};

/// The format's name for float or double.
template <class T>
constexpr std::string_view safetensors_dtype() {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);
  return std::is_same_v<T, float> ? "F32" : "F64";
}

/// A safetensors file in memory. Its views are valid as long as it lives, also after a move.
class SafetensorsFile {
 public:
  using Metadata = std::map<std::string, std::string>;

  /// `data` is what follows the header in the file.
  SafetensorsFile(const detail::SafetensorsHeader& header, std::vector<std::byte> data)
      : data_{std::move(data)}, metadata_{header.metadata} {
    for (const auto& [name, entry] : header.tensors) {
      tensors_.push_back({name, entry.dims, entry.dtype,
                          std::span{data_}.subspan(entry.begin, entry.end - entry.begin)});
    }
  }

  SafetensorsFile(SafetensorsFile&&) = default;
  SafetensorsFile& operator=(SafetensorsFile&&) = default;

  /// In the order of their names.
  const std::vector<TensorView>& tensors() const { return tensors_; }

  /// The tensor of that name, or null.
  const TensorView* find(std::string_view name) const {
    const auto found = std::ranges::lower_bound(tensors_, name, {}, &TensorView::name);
    return found != tensors_.end() && found->name == name ? &*found : nullptr;
  }

  const Metadata& metadata() const { return metadata_; }

 private:
  std::vector<std::byte> data_;
  std::vector<TensorView> tensors_;
  Metadata metadata_;
};

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

namespace detail {

/// The JSON, padded with spaces so that the data starts at a multiple of 8 bytes.
inline std::string safetensors_header_text(const std::filesystem::path& path,
                                           std::span<const TensorView> tensors,
                                           const SafetensorsFile::Metadata& metadata) {
  const std::string where = "cannot write " + path.string();
  check_utf8(where, metadata);
  auto json = nlohmann::ordered_json::object();
  if (!metadata.empty()) json[std::string{safetensors_metadata_key}] = metadata;
  std::size_t position = 0;
  for (const TensorView& tensor : tensors) {
    check_utf8(where + ": the name of a tensor", tensor.name);
    check_utf8(where + ": the type of tensor " + in_quotes(tensor.name), tensor.dtype);
    if (json.contains(tensor.name)) {
      throw Error(where + ": two tensors named " + in_quotes(tensor.name));
    }
    const std::size_t end = position + tensor.bytes.size();
    json[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.dims}, {"data_offsets", {position, end}}};
    position = end;
  }
  std::string text = json.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  parse_safetensors_header(path, text, position);  // What is written can be read.
  return text;
}

}  // namespace detail

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
