#include "commands.hpp"
#include "data.hpp"
#include "format.hpp"
#include "inference.hpp"
#include "model_file.hpp"
#include "network.hpp"

#include <algorithm>
#include <iostream>
#include <numeric>

namespace fashion_mnist {

namespace {

/// The samples of `data` at `positions`.
Dataset<> select(const Dataset<>& data, const std::vector<Index>& positions) {
  Dataset<> chosen{
      .shape = data.shape, .images = {}, .labels = {}, .class_names = data.class_names};
  for (const Index position : positions) {
    if (position >= data.size()) {
      throw Error("--index " + std::to_string(position) + ": there are " +
                  std::to_string(data.size()) + " test images, counted from 0");
    }
    const auto pixels = data.images.begin() + position * data.shape.size();
    chosen.images.insert(chosen.images.end(), pixels, pixels + data.shape.size());
    chosen.labels.push_back(data.labels[static_cast<std::size_t>(position)]);
  }
  return chosen;
}

/// The classes, the likeliest first.
std::vector<std::size_t> ranking(std::span<const float> probabilities) {
  std::vector<std::size_t> classes(probabilities.size());
  std::iota(classes.begin(), classes.end(), std::size_t{0});
  std::stable_sort(classes.begin(), classes.end(), [&](std::size_t a, std::size_t b) {
    return probabilities[a] > probabilities[b];
  });
  return classes;
}

void print_row(const std::string& image, const std::string& label, const std::string& predicted,
               const std::string& probabilities) {
  std::cout << align_right(image, 5) << "  " << align_left(label, 13) << align_left(predicted, 13)
            << probabilities << '\n';
}

void print_prediction(Index image, Label label, std::span<const float> probabilities,
                      const std::vector<std::string>& names) {
  constexpr std::size_t shown = 3;
  const auto classes = ranking(probabilities);
  std::string likeliest;
  for (const std::size_t i : std::span(classes).first(shown)) {
    if (!likeliest.empty()) likeliest += ", ";
    likeliest += names[i] + ' ' + percent(double{probabilities[i]}, 2);
  }
  print_row(std::to_string(image), names[static_cast<std::size_t>(label)], names[classes.front()],
            likeliest);
}

}  // namespace

void run(const Predict& command) {
  const auto model = read_model(command.model);
  const auto data = load_data(command.data);
  const Dataset<> images = select(data.test, command.images);
  const auto probabilities = probabilities_of(model, images, command.threads);

  std::cout << '\n';
  print_row("image", "label", "predicted", "probabilities");
  for (std::size_t i = 0; i < command.images.size(); ++i) {
    constexpr auto classes = static_cast<std::size_t>(FashionCnn::output.channels);
    print_prediction(command.images[i], images.labels[i],
                     std::span(probabilities).subspan(i * classes, classes), images.class_names);
  }
}

}  // namespace fashion_mnist
