#include "model_file.hpp"

#include <tweed/data/fashion_mnist.hpp>
#include <tweed/io/any_model_file.hpp>
#include <tweed/io/model_file.hpp>

#include <algorithm>
#include <utility>

namespace fashion_mnist {

namespace {

constexpr auto& names = datasets::fashion_mnist_class_names;

ModelInfo info_of(const std::string& training) {
  return {.preprocessing = Preprocessing{.scale = usual_scale},
          .class_names = {names.begin(), names.end()},
          .notes = {{"training", training}}};
}

/// The outputs must be the classes of the data set, in its order.
void check_class_names(const std::filesystem::path& path, const std::vector<std::string>& found) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == names[i]) continue;
    throw Error(path.string() + ": expected class " + std::to_string(i) + " to be " +
                std::string(names[i]) + ", as in Fashion-MNIST, found " +
                tweed::detail::in_quotes(found[i]));
  }
}

}  // namespace

void write_model(const Model<FashionCnn>& model, const std::filesystem::path& path,
                 const std::string& training) {
  save_model(model, path, info_of(training));
}

bool holds_model(const std::filesystem::path& path, const Model<FashionCnn>& model,
                 const std::string& training) try {
  Model<FashionCnn> found;
  return load_model(found, path).notes == info_of(training).notes &&
         std::ranges::equal(found.parameters(), model.parameters());
} catch (const Error&) {
  return false;
}

SavedModel read_model(const std::filesystem::path& path) {
  auto [model, info] = load_any_model(path);
  const Shape output{1, 1, std::ssize(names)};
  if (model.input_shape() != FashionCnn::input || model.output_shape() != output) {
    throw Error(path.string() + ": expected a network from " + to_string(FashionCnn::input) +
                " to " + to_string(output) + ", found one from " + to_string(model.input_shape()) +
                " to " + to_string(model.output_shape()));
  }
  check_class_names(path, info.class_names);
  return {std::move(model), info.preprocessing ? info.preprocessing->scale : usual_scale};
}

std::string class_names_text() {
  std::string text;
  for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

}  // namespace fashion_mnist
