#include "model_file.hpp"

#include <tweed/core/version.hpp>
#include <tweed/data/fashion_mnist.hpp>
#include <tweed/io/model_file.hpp>

namespace fashion_mnist {

namespace {

/// "input 28x28x1, conv2d_1 28x28x32, ...": the layers with their output shapes.
std::string architecture() {
  const auto names = numbered_layer_names<FashionCnn>();
  std::string text = "input " + to_string(FashionCnn::input);
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += ", " + names[i] + ' ' + to_string(FashionCnn::shapes[i + 1]);
  }
  return text;
}

std::string classes() {
  std::string text;
  for (const auto name : datasets::fashion_mnist_class_names) {
    text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

}  // namespace

void write_model(const Model<FashionCnn>& model, const std::filesystem::path& path,
                 const std::string& training) {
  save_model(model, path,
             {{"architecture", architecture()},
              {"classes", classes()},
              {"preprocessing", "gray values from 0 (background) to 255, divided by 255"},
              {"training", training},
              {"tweed_version", std::string(version)}});
}

Model<FashionCnn> read_model(const std::filesystem::path& path) {
  Model<FashionCnn> model;
  load_model(model, path);
  return model;
}

}  // namespace fashion_mnist
