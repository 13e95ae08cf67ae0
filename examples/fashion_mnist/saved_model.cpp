#include "saved_model.hpp"

#include "networks.hpp"

#include <tweed/data/fashion_mnist.hpp>
#include <tweed/io/any_model_file.hpp>

#include <utility>

namespace fashion_mnist {

namespace {

constexpr auto& names = datasets::fashion_mnist_class_names;

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

Dataset<float> SavedModel::scaled(const Dataset<>& images) const {
  Dataset<float> result{images.shape, {}, images.labels, images.class_names};
  const auto factor = static_cast<float>(scale);
  for (const std::uint8_t byte : images.images)
    result.images.push_back(factor * static_cast<float>(byte));
  return result;
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
  SavedModel saved{.model = std::move(model)};
  if (info.preprocessing) saved.scale = info.preprocessing->scale;
  return saved;
}

}  // namespace fashion_mnist
