#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/dataset.hpp>
#include <tweed/io/any_model_file.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// What a model must be for to be used with a data set.
struct ClassifiedData {
  std::string name;                      ///< for messages: "Fashion-MNIST"
  Shape shape;                           ///< of a sample
  std::vector<std::string> class_names;  ///< one for each output of the network
};

/// A network that tells classes, and what its file says of the samples that it takes.
struct Classifier {
  AnyModel model;
  double scale = 1.0 / 255.0;  ///< values from 0 to 255 are multiplied by it

  /// Samples as this network takes them.
  Dataset<float> scaled(const Dataset<>& data) const {
    Dataset<float> result{data.shape, {}, data.labels, data.class_names, data.weights};
    const auto factor = static_cast<float>(scale);
    for (const std::uint8_t byte : data.images) {
      result.images.push_back(factor * static_cast<float>(byte));
    }
    return result;
  }
};

/// A model of any type for a data set whose samples are bytes. A file that does not say how they
/// are scaled or what the classes are called is taken to mean 1/255 and these classes. Throws Error
/// as `load_any_model`, and where the network takes other samples, has other outputs or tells other
/// classes.
[[gnu::cold]] inline Classifier load_classifier(const std::filesystem::path& path,
                                                const ClassifiedData& data) {
  auto [model, info] = load_any_model(path);
  const Shape output{1, 1, std::ssize(data.class_names)};
  if (model.input_shape() != data.shape || model.output_shape() != output) {
    throw Error(detail::text(path.string(), ": expected a network from ", to_string(data.shape),
                             " to ", to_string(output), ", found one from ",
                             to_string(model.input_shape()), " to ",
                             to_string(model.output_shape())));
  }
  for (std::size_t i = 0; i < info.class_names.size(); ++i) {
    if (info.class_names[i] == data.class_names[i]) continue;
    throw Error(detail::text(path.string(), ": expected class ", i, " to be ", data.class_names[i],
                             ", as in ", data.name, ", found ",
                             detail::in_quotes(info.class_names[i])));
  }
  Classifier classifier{.model = std::move(model)};
  if (info.preprocessing) classifier.scale = info.preprocessing->scale;
  return classifier;
}

}  // namespace TWEED_NAMESPACE
