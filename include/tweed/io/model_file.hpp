#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/name_pattern.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>
#include <tweed/io/architecture.hpp>
#include <tweed/io/chain.hpp>
#include <tweed/io/model_metadata.hpp>
#include <tweed/io/safetensors.hpp>
#include <tweed/io/sample.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// Whatever names its parameters: `tensors()` gives a range of {name, dims, values}, the values a
/// span of float or double.
template <class M>
concept HasTensors = requires(M& model) {
  { model.tensors().begin()->name } -> std::convertible_to<std::string_view>;
  { model.tensors().begin()->dims } -> std::convertible_to<std::span<const Index>>;
  { model.tensors().begin()->values.size_bytes() } -> std::convertible_to<std::size_t>;
};

/// What `load_model` leaves out.
struct LoadOptions {
  /// Tensors by patterns of their names, such as "dense_1.*", where `*` stands for any text and `?`
  /// for a character: those of the model stay as they are, and whatever the file has under such
  /// names is not read. Its class names and its sample are then those of another network, and not
  /// compared.
  std::vector<std::string> except = {};
};

namespace detail {

/// Whether `make_inference` takes models of that type: then a sample can be stored and replayed.
template <class M>
concept Runs = requires(const M& model) {
  make_inference(model, 1, 1);
};

template <class NamedTensor>
constexpr std::string_view dtype_of(const NamedTensor& tensor) {
  return safetensors_dtype<std::remove_cvref_t<decltype(tensor.values[0])>>();
}

/// The file's tensor for one of the model's. Throws Error unless it fits.
template <class NamedTensor>
[[gnu::cold]] const TensorView& matching_tensor(const std::filesystem::path& path,
                                                const SafetensorsFile& file,
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

/// Throws Error unless each pattern means a tensor of the model or of the file.
template <HasTensors M>
[[gnu::cold]] void check_patterns(const std::filesystem::path& path, const SafetensorsFile& file,
                                  M& model, const LoadOptions& options) {
  std::vector<std::string> names;
  for (const auto& tensor : model.tensors()) names.emplace_back(tensor.name);
  for (const std::string& pattern : options.except) {
    const auto is_meant = [&](std::string_view name) { return matches(pattern, name); };
    if (std::ranges::any_of(names, is_meant)) continue;
    if (std::ranges::any_of(file.tensors(), is_meant, &TensorView::name)) continue;
    throw Error(text(path.string(), ": no tensor of the model or the file matches ",
                     in_quotes(pattern), "; the model has ", list_of(names)));
  }
}

inline bool is_left_out(const LoadOptions& options, std::string_view name) {
  return std::ranges::any_of(options.except,
                             [&](const std::string& pattern) { return matches(pattern, name); });
}

/// Throws Error unless the file has the model's tensors, with its names, shapes and types, and no
/// others but a sample. What is left out does not count.
template <HasTensors M>
[[gnu::cold]] void check_tensors(const std::filesystem::path& path, const SafetensorsFile& file,
                                 M& model, const LoadOptions& options) {
  std::set<std::string, std::less<>> expected;
  for (const auto& tensor : model.tensors()) {
    if (is_left_out(options, tensor.name)) continue;
    matching_tensor(path, file, tensor);
    expected.emplace(tensor.name);
  }
  if (expected.empty() && !options.except.empty()) {
    throw Error(path.string() + ": nothing is to be loaded, all tensors are left out");
  }
  for (const TensorView& tensor : file.tensors()) {
    if (!expected.contains(tensor.name) && !tensor.name.starts_with(sample_prefix) &&
        !is_left_out(options, tensor.name)) {
      throw Error(path.string() + ": tensor " + in_quotes(tensor.name) +
                  ": the model has none of that name");
    }
  }
}

template <HasTensors M>
[[gnu::cold]] void copy_tensors(const std::filesystem::path& path, const SafetensorsFile& file,
                                M& model, const LoadOptions& options = {}) {
  for (const auto& tensor : model.tensors()) {
    if (is_left_out(options, tensor.name)) continue;
    const auto& found = matching_tensor(path, file, tensor);
    if (!found.bytes.empty()) {
      std::memcpy(tensor.values.data(), found.bytes.data(), found.bytes.size());
    }
  }
}

/// Fills the model, and replays the file's sample where the model can run.
template <HasTensors M>
[[gnu::cold]] void fill_model(const std::filesystem::path& path, const SafetensorsFile& file,
                              M& model, const LoadOptions& options = {}) {
  check_patterns(path, file, model, options);
  check_tensors(path, file, model, options);
  if constexpr (Runs<M>) {
    if (options.except.empty()) {
      M filled = model;
      copy_tensors(path, file, filled);
      check_sample(path, file, filled);
      model = std::move(filled);
      return;
    }
  }
  copy_tensors(path, file, model, options);
}

/// The version of the format that can say what is to be said of a model.
template <class M>
std::string_view format_version_for(const M& model) {
  if constexpr (Runs<M>) {
    if (!is_plain_chain(model.graph())) return graph_version;
  }
  return chain_version;
}

template <class NamedTensor>
[[gnu::cold]] TensorView view_of(const NamedTensor& tensor) {
  return {.name = std::string(tensor.name),
          .dims = {tensor.dims.begin(), tensor.dims.end()},
          .dtype = std::string(dtype_of(tensor)),
          .bytes = std::as_bytes(tensor.values)};
}

}  // namespace detail

/// Writes a model as a safetensors file, atomically: its tensors, by name ("conv2d_1.kernel"); as
/// metadata its architecture and `info`, each as docs/model_files.md says; and a sample input with
/// its output, for `load_model` to check itself by. The architecture is left out where a layer does
/// not state its settings. Throws Error if the file cannot be written, if the class names are not
/// as many as the outputs, if text is not UTF-8, or if the scale is 0 or not finite.
template <HasTensors M>
[[gnu::cold]] void save_model(const M& model, const std::filesystem::path& path,
                              const ModelInfo& info = {}) {
  auto metadata = detail::model_metadata(path, info, detail::format_version_for(model));
  std::vector<TensorView> views;
  for (const auto& tensor : model.tensors()) views.push_back(detail::view_of(tensor));
  if constexpr (detail::Runs<M>) {
    detail::check_class_names("cannot write " + path.string(), info, model.output_shape());
    if (const auto text = architecture_of(model)) {
      metadata[detail::architecture_key] = *text;
    }
    const auto sample = detail::make_sample(model);
    std::ranges::move(detail::sample_views(sample, model.graph()), std::back_inserter(views));
    write_safetensors(path, views, metadata);
  } else {
    write_safetensors(path, views, metadata);
  }
}

/// Reads a model's tensors from a safetensors file and returns what else the file says. The file
/// must have the model's tensors, with its names, shapes and type, and no others, but for what the
/// options leave out; and if it has a sample, the network must make of it what is stored. Throws
/// Error naming what does not fit, or what is wrong with the file; the model is then unchanged.
///
///     load_model(model, "resnet18.safetensors", {.except = {"dense_1.*"}});  // the head is new
template <HasTensors M>
[[gnu::cold]] ModelInfo load_model(M& model, const std::filesystem::path& path,
                                   const LoadOptions& options = {}) {
  const auto file = read_safetensors(path);
  ModelInfo info = detail::parse_model_info(path, file.metadata());
  if constexpr (detail::Runs<M>) {
    if (options.except.empty()) {
      detail::check_class_names(path.string(), info, model.output_shape());
    }
  }
  detail::fill_model(path, file, model, options);
  return info;
}

}  // namespace TWEED_NAMESPACE
