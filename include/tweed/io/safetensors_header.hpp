#pragma once

#include <tweed/core/checked_product.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace TWEED_NAMESPACE::detail {

inline constexpr std::uint64_t safetensors_prefix = 8;  // bytes that hold the header's length
inline constexpr std::uint64_t safetensors_longest_header = 100'000'000;
inline constexpr std::size_t safetensors_highest_rank = 64;
inline constexpr std::string_view safetensors_metadata_key = "__metadata__";

/// Bytes an element, or nothing if there is no such type.
inline std::optional<Index> safetensors_element_size(std::string_view dtype) {
  const auto is_one_of = [=](auto... names) { return ((dtype == names) || ...); };
  if (is_one_of("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2")) return 1;
  if (is_one_of("U16", "I16", "F16", "BF16")) return 2;
  if (is_one_of("U32", "I32", "F32")) return 4;
  if (is_one_of("U64", "I64", "F64")) return 8;
  return {};
}

/// What the header says of one tensor. `begin` and `end` count from the end of the header.
struct SafetensorsEntry {
  std::string dtype;
  std::vector<Index> dims;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, SafetensorsEntry> tensors;
  std::map<std::string, std::string> metadata;
};

/// Each tensor's bytes are as many as its shape and type need, and lie inside the file.
inline void check_safetensors_entry(const std::filesystem::path& path, const std::string& name,
                                    const SafetensorsEntry& entry, std::uint64_t data_size) {
  const std::string tensor = path.string() + ": tensor " + in_quotes(name);
  const auto element_size = safetensors_element_size(entry.dtype);
  if (!element_size) throw Error(tensor + ": unknown dtype " + in_quotes(entry.dtype));
  const std::string type = entry.dtype + " " + dims_text(entry.dims);

  const auto needed = checked_product(entry.dims, *element_size);
  if (!needed) throw Error(tensor + ": " + type + " is too large");
  const std::string offsets =
      "data_offsets " + std::to_string(entry.begin) + " to " + std::to_string(entry.end);
  if (entry.end < entry.begin) throw Error(tensor + ": " + offsets + " go backwards");
  if (entry.end > data_size) {
    throw Error(tensor + ": expected data_offsets within the file's " + std::to_string(data_size) +
                " bytes of data, found " + offsets);
  }
  if (entry.end - entry.begin != static_cast<std::uint64_t>(*needed)) {
    throw Error(tensor + ": expected " + std::to_string(*needed) + " bytes for " + type +
                ", found " + offsets);
  }
}

/// Together the tensors fill the data: no overlap, no hole, nothing behind the last.
inline void check_safetensors_layout(const std::filesystem::path& path,
                                     const SafetensorsHeader& header, std::uint64_t data_size) {
  std::vector<std::tuple<std::uint64_t, std::uint64_t, std::string_view>> ranges;
  for (const auto& [name, entry] : header.tensors) {
    check_safetensors_entry(path, name, entry, data_size);
    ranges.emplace_back(entry.begin, entry.end, name);
  }
  std::ranges::sort(ranges);

  std::uint64_t position = 0;
  for (const auto& [begin, end, name] : ranges) {
    if (begin != position) {
      throw Error(path.string() + ": tensor " + in_quotes(name) + ": expected its data at offset " +
                  std::to_string(position) + ", found it at " + std::to_string(begin) +
                  (begin < position ? ", where it overlaps another" : ", behind a hole"));
    }
    position = end;
  }
  if (position != data_size) {
    throw Error(path.string() + ": expected the end of the file after " + std::to_string(position) +
                " bytes of data, found " + std::to_string(data_size - position) + " more");
  }
}

/// Throws Error, naming `path`, unless `text` is a header whose tensors exactly fill `data_size`
/// bytes.
TWEED_PREBUILT SafetensorsHeader parse_safetensors_header(const std::filesystem::path& path,
                                                          std::string_view text,
                                                          std::uint64_t data_size);

}  // namespace TWEED_NAMESPACE::detail
