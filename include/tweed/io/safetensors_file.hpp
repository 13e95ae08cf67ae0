#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/io/safetensors_header.hpp>

#include <algorithm>
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

namespace detail {

/// The JSON, padded with spaces so that the data starts at a multiple of 8 bytes.
TWEED_PREBUILT std::string safetensors_header_text(const std::filesystem::path& path,
                                                   std::span<const TensorView> tensors,
                                                   const SafetensorsFile::Metadata& metadata);

}  // namespace detail

}  // namespace TWEED_NAMESPACE
