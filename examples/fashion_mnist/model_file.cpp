#include "model_file.hpp"

#include <tweed/data/fashion_mnist.hpp>
#include <tweed/io/any_model_file.hpp>
#include <tweed/io/model_file.hpp>

namespace fashion_mnist {

namespace {

constexpr auto& names = datasets::fashion_mnist_class_names;

}  // namespace

void write_model(const Model<FashionCnn>& model, const std::filesystem::path& path,
                 const std::string& training) {
  save_model(model, path,
             {.preprocessing = Preprocessing{.scale = 1.0 / 255.0},
              .class_names = {names.begin(), names.end()},
              .notes = {{"training", training}}});
}

AnyModel read_model(const std::filesystem::path& path) {
  AnyModel model = load_any_model(path).model;
  const Shape output{1, 1, std::ssize(names)};
  if (model.input_shape() != FashionCnn::input || model.output_shape() != output) {
    throw Error(path.string() + ": expected a network from " + to_string(FashionCnn::input) +
                " to " + to_string(output) + ", found one from " + to_string(model.input_shape()) +
                " to " + to_string(model.output_shape()));
  }
  return model;
}

std::string class_names_text() {
  std::string text;
  for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

}  // namespace fashion_mnist
