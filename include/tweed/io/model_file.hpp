#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>
#include <tweed/io/safetensors.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tweed {

/// Whatever names its parameters: `tensors()` gives a range of {name, dims, values}, the values a
/// span of float or double.
template <class M>
concept HasTensors = requires(M& model) {
  { model.tensors().begin()->name } -> std::convertible_to<std::string_view>;
  { model.tensors().begin()->dims } -> std::convertible_to<std::span<const Index>>;
  { model.tensors().begin()->values.size_bytes() } -> std::convertible_to<std::size_t>;
};

namespace detail {

inline constexpr const char* model_file_version = "1";

template <class NamedTensor>
constexpr std::string_view dtype_of(const NamedTensor& tensor) {
  return safetensors_dtype<std::remove_cvref_t<decltype(tensor.values[0])>>();
}

/// The file's tensor for one of the model's. Throws Error unless it fits.
template <class NamedTensor>
const TensorView& matching_tensor(const std::filesystem::path& path, const SafetensorsFile& file,
                                  const NamedTensor& wanted) {
  const std::string where = path.string() + ": tensor " + in_quotes(wanted.name);
  const TensorView* found = file.find(wanted.name);
  if (found == nullptr) {
    throw Error(where + ": expected " + dims_text(wanted.dims) + ", found no such tensor");
  }
  if (!std::ranges::equal(found->dims, wanted.dims)) {
    throw Error(where + ": expected shape " + dims_text(wanted.dims) + ", found " +
                dims_text(found->dims));
  }
  if (found->dtype != dtype_of(wanted)) {
    throw Error(where + ": expected values of type " + std::string(dtype_of(wanted)) + ", found " +
                found->dtype);
  }
  if (found->bytes.size() != wanted.values.size_bytes()) {
    throw Error(where + ": expected " + std::to_string(wanted.values.size_bytes()) +
                " bytes, found " + std::to_string(found->bytes.size()));
  }
  return *found;
}

inline void check_model_file_version(const std::filesystem::path& path,
                                     const SafetensorsFile::Metadata& metadata) {
  const auto format = metadata.find("format");
  if (format == metadata.end() || format->second != "tweed") return;
  const auto version = metadata.find("format_version");
  const std::string found = version == metadata.end() ? "none" : in_quotes(version->second);
  const std::string expected = in_quotes(model_file_version);
  if (found != expected) {
    throw Error(path.string() + ": expected format_version " + expected + ", found " + found);
  }
}

}  // namespace detail

/// Writes a model's tensors as a safetensors file, atomically. `metadata` may hold anything else
/// about the model; "format" and "format_version" are tweed's own. Throws Error if the file cannot
/// be written.
template <HasTensors M>
void save_model(const M& model, const std::filesystem::path& path,
                SafetensorsFile::Metadata metadata = {}) {
  metadata["format"] = "tweed";
  metadata["format_version"] = detail::model_file_version;
  std::vector<TensorView> views;
  for (const auto& tensor : model.tensors()) {
    views.push_back({.name = std::string(tensor.name),
                     .dims = {tensor.dims.begin(), tensor.dims.end()},
                     .dtype = std::string(detail::dtype_of(tensor)),
                     .bytes = std::as_bytes(tensor.values)});
  }
  write_safetensors(path, views, metadata);
}

/// Reads a model's tensors from a safetensors file and returns the file's metadata. The file must
/// have the model's tensors, with its names, shapes and type, and no others. Throws Error naming
/// the tensor that does not fit, or what is wrong with the file; the model is then unchanged.
template <HasTensors M>
SafetensorsFile::Metadata load_model(M& model, const std::filesystem::path& path) {
  const auto file = read_safetensors(path);
  detail::check_model_file_version(path, file.metadata());

  std::set<std::string, std::less<>> expected;
  for (const auto& tensor : model.tensors()) {
    detail::matching_tensor(path, file, tensor);
    expected.emplace(tensor.name);
  }
  for (const TensorView& tensor : file.tensors()) {
    if (!expected.contains(tensor.name)) {
      throw Error(path.string() + ": tensor " + detail::in_quotes(tensor.name) +
                  ": the model has none of that name");
    }
  }

  for (const auto& tensor : model.tensors()) {
    const auto& found = detail::matching_tensor(path, file, tensor);
    if (!found.bytes.empty()) {
      std::memcpy(tensor.values.data(), found.bytes.data(), found.bytes.size());
    }
  }
  return file.metadata();
}

}  // namespace tweed
