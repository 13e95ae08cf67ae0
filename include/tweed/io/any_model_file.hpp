#pragma once

#include <tweed/io/model_file.hpp>
#include <tweed/layers/layers.hpp>
#include <tweed/model/any_network.hpp>

#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace TWEED_NAMESPACE {

namespace detail {

/// Reads what `architecture_of` writes. Throws Error, naming the layer, at anything else; what it
/// says begins with `where`.
TWEED_PREBUILT AnyNetwork parse_architecture(const std::string& where, std::string_view text);

/// The network of a file. Memory is taken only for weights that the file has.
inline AnyModel model_without_weights(const std::filesystem::path& path,
                                      const SafetensorsFile& file) {
  const auto& metadata = file.metadata();
  const auto text = metadata.find(architecture_key);
  if (!has_current_format(metadata) || text == metadata.end()) {
    throw Error(path.string() +
                ": the file does not say which network it holds; load it into a Model of its type");
  }
  const std::string where = path.string() + ": metadata " + in_quotes(architecture_key);
  AnyNetwork network = parse_architecture(where, text->second);
  std::size_t bytes = 0;
  for (const TensorView& tensor : file.tensors()) bytes += tensor.bytes.size();
  const Index weights = network.graph().parameter_count();
  if (std::size_t{sizeof(float)} * static_cast<std::size_t>(weights) > bytes) {
    throw Error(where + ": the network has " + std::to_string(weights) + " weights, the file has " +
                std::to_string(bytes) + " bytes for them");
  }
  return AnyModel(std::move(network));
}

}  // namespace detail

/// A model, and what its file says of it.
struct AnyModelFile {
  AnyModel model;
  ModelInfo info;
};

/// Reads a model that `save_model` wrote, whatever its network. The file is checked as `load_model`
/// does. Throws Error if it does not state its network, or states a layer or a setting that this
/// version does not know.
inline AnyModelFile load_any_model(const std::filesystem::path& path) try {
  const auto file = read_safetensors(path);
  ModelInfo info = detail::parse_model_info(path, file.metadata());
  AnyModel model = detail::model_without_weights(path, file);
  detail::check_class_names(path.string(), info, model.output_shape());
  detail::fill_model(path, file, model);
  return {std::move(model), std::move(info)};
} catch (const std::bad_alloc&) {
  throw Error(path.string() + ": the network needs more memory than there is");
}

}  // namespace TWEED_NAMESPACE

#ifndef TWEED_COMPILED
#include <tweed/io/architecture_parser.hpp>
#endif
