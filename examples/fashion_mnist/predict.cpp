#include "commands.hpp"
#include "data.hpp"
#include "format.hpp"
#include "inference.hpp"
#include "model_file.hpp"
#include "network.hpp"
#include "picture.hpp"
#include "sample_image.hpp"

#include <tweed/data/image_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <numeric>

namespace fashion_mnist {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto classes = static_cast<std::size_t>(FashionCnn::output.channels);

/// One image to look at, and what is known about it.
struct Question {
  std::string name;         ///< the file, or the position among the test images
  std::string label = "-";  ///< its class, where that is known
  std::string remark = {};  ///< what was done to it
};

/// The images to look at, as the network takes them.
struct Questions {
  std::vector<Question> about;
  Dataset<> images{.shape = FashionCnn::input, .images = {}, .labels = {}, .class_names = {}};

  void add(const Question& question, const Image& image) {
    about.push_back(question);
    images.images.insert(images.images.end(), image.pixels.begin(), image.pixels.end());
    images.labels.push_back(0);
  }
};

std::string size_text(const Shape& shape) {
  return std::to_string(shape.width) + "x" + std::to_string(shape.height);
}

/// "640x480, dark on light: inverted, trimmed to 320x460"
std::string remark_on(const Shape& shape, const PreparedPicture& prepared) {
  std::string remark = size_text(shape) + (shape.channels == 3 ? " in colour" : " in grey");
  remark += prepared.was_dark_on_light ? ", dark on light: inverted" : ", light on dark";
  if (prepared.is_blank) return remark + ": nothing stands out from the background";
  if (size_text(prepared.trimmed) != size_text(shape)) {
    remark += ", trimmed to " + size_text(prepared.trimmed);
  }
  return remark;
}

void add_files(const std::vector<std::filesystem::path>& files, Questions& to) {
  for (const auto& file : files) {
    const Image picture = read_image(file);
    const PreparedPicture prepared = prepare_picture(picture);
    to.add({.name = file.string(), .remark = remark_on(picture.shape, prepared)}, prepared.image);
  }
}

void add_samples(const Dataset<>& data, const std::vector<Index>& positions, Questions& to) {
  for (const Index position : positions) {
    if (position >= data.size()) {
      throw Error("--index " + std::to_string(position) + ": there are " +
                  std::to_string(data.size()) + " test images, counted from 0");
    }
    to.add({.name = std::to_string(position), .label = label_name(data, position)},
           image_of(data, position));
  }
}

/// The classes, the likeliest first.
std::vector<std::size_t> ranking(std::span<const float> probabilities) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return probabilities[a] > probabilities[b];
  });
  return order;
}

std::string name_of_class(std::size_t i) {
  return std::string(datasets::fashion_mnist_class_names[i]);
}

void print_table(const Questions& questions, std::span<const float> probabilities,
                 std::size_t top) {
  int width = 5;
  for (const Question& question : questions.about) {
    width = std::max(width, static_cast<int>(std::ssize(question.name)));
  }
  const auto row = [width](const std::string& image, const std::string& label,
                           const std::string& predicted, const std::string& likeliest) {
    std::cout << align_right(image, width) << "  " << align_left(label, 13)
              << align_left(predicted, 13) << likeliest << '\n';
  };
  row("image", "label", "predicted", "probabilities");
  for (std::size_t i = 0; i < questions.about.size(); ++i) {
    const Question& question = questions.about[i];
    const auto of_image = probabilities.subspan(i * classes, classes);
    const auto order = ranking(of_image);
    std::string likeliest;
    for (const std::size_t c : std::span(order).first(top)) {
      if (!likeliest.empty()) likeliest += ", ";
      likeliest += name_of_class(c) + ' ' + percent(double{of_image[c]}, 2);
    }
    row(question.name, question.label, name_of_class(order.front()), likeliest);
    if (!question.remark.empty()) {
      std::cout << align_right("", width + 2) << question.remark << '\n';
    }
  }
}

Json json_of(const Questions& questions, std::span<const float> probabilities, std::size_t top) {
  Json list = Json::array();
  for (std::size_t i = 0; i < questions.about.size(); ++i) {
    const Question& question = questions.about[i];
    const auto of_image = probabilities.subspan(i * classes, classes);
    const auto order = ranking(of_image);
    Json answer{{"image", question.name}, {"predicted", name_of_class(order.front())}};
    if (question.label != "-") answer["label"] = question.label;
    if (!question.remark.empty()) answer["preparation"] = question.remark;
    for (const std::size_t c : std::span(order).first(top)) {
      answer["probabilities"].push_back(
          {{"class", name_of_class(c)}, {"probability", of_image[c]}});
    }
    list.push_back(std::move(answer));
  }
  return list;
}

}  // namespace

void run(const Predict& command) {
  const auto model = read_model(command.model);
  Questions questions;
  add_files(command.files, questions);
  if (!command.images.empty()) {
    const auto data = command.json ? read_data(command.data) : load_data(command.data);
    add_samples(data.test, command.images, questions);
    if (!command.json) std::cout << '\n';
  }
  const auto probabilities = probabilities_of(model, questions.images, command.threads);
  const auto top = static_cast<std::size_t>(command.top);
  if (command.json) {
    constexpr auto replace = Json::error_handler_t::replace;  // names of files may be no UTF-8
    std::cout << json_of(questions, probabilities, top).dump(2, ' ', false, replace) << '\n';
  } else {
    print_table(questions, probabilities, top);
  }
}

}  // namespace fashion_mnist
