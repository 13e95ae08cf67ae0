#include "commands.hpp"
#include "data.hpp"
#include "options.hpp"

#include <tweed/data/fashion_mnist_picture.hpp>
#include <tweed/data/image_file.hpp>
#include <tweed/model/predict.hpp>
#include <tweed/reporting/number_format.hpp>
#include <tweed/reporting/sample_image.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <numeric>

namespace fashion_mnist {

using namespace tweed;
using namespace tweed::reporting;

namespace {

using Json = nlohmann::ordered_json;

constexpr auto& class_names = datasets::fashion_mnist_class_names;

/// One image to look at, and what is known about it.
struct Question {
  std::string name;         ///< the file, or the position among the test images
  std::string label = "-";  ///< its class, where that is known
  std::string remark = {};  ///< what was done to it

  /// The likeliest classes with their probabilities, once the network was asked.
  std::vector<std::pair<std::string, float>> answer = {};
};

/// The images to look at, as the network takes them.
struct Questions {
  std::vector<Question> about;
  Dataset<> images{.shape = {28, 28, 1}, .images = {}, .labels = {}, .class_names = {}};

  void add(const Question& question, const Image& image) {
    about.push_back(question);
    images.images.insert(images.images.end(), image.pixels.begin(), image.pixels.end());
    images.labels.push_back(0);
  }
};

void add_files(const std::vector<std::filesystem::path>& files, Questions& to) {
  for (const auto& file : files) {
    const Image picture = read_image(file);
    const auto prepared = datasets::prepare_picture(picture);
    to.add({.name = file.string(), .remark = datasets::describe(picture.shape, prepared)},
           prepared.image);
  }
}

void add_samples(const Dataset<>& data, const std::vector<Index>& positions, Questions& to) {
  for (const Index position : positions) {
    if (position >= data.size()) {
      throw Error("--index " + std::to_string(position) + ": there are " +
                  std::to_string(data.size()) + " test images, counted from 0");
    }
    const auto label = static_cast<std::size_t>(data.labels[static_cast<std::size_t>(position)]);
    to.add({.name = std::to_string(position), .label = data.class_names[label]},
           *sample_image(data, position));
  }
}

void ask(const tweed::Classifier& saved, int threads, std::size_t top, Questions& questions) {
  const auto probabilities =
      predict_probabilities(saved.model, saved.scaled(questions.images), {.threads = threads});
  for (std::size_t i = 0; i < questions.about.size(); ++i) {
    const float* const of_image = probabilities.data() + i * class_names.size();
    std::vector<std::size_t> order(class_names.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t c) { return of_image[c]; });
    order.resize(top);
    for (const std::size_t c : order) {
      questions.about[i].answer.emplace_back(class_names[c], of_image[c]);
    }
  }
}

void print_table(const std::vector<Question>& questions) {
  int width = 5;
  for (const Question& question : questions) {
    width = std::max(width, static_cast<int>(std::ssize(question.name)));
  }
  const auto row = [width](const std::string& image, const std::string& label,
                           const std::string& predicted, const std::string& likeliest) {
    std::cout << align_right(image, width) << "  " << align_left(label, 13)
              << align_left(predicted, 13) << likeliest << '\n';
  };
  row("image", "label", "predicted", "probabilities");
  for (const Question& question : questions) {
    std::string likeliest;
    for (const auto& [name, probability] : question.answer) {
      likeliest += (likeliest.empty() ? "" : ", ") + name + ' ' + percent(double{probability}, 2);
    }
    row(question.name, question.label, question.answer.front().first, likeliest);
    if (!question.remark.empty()) {
      std::cout << align_right("", width + 2) << question.remark << '\n';
    }
  }
}

Json json_of(const std::vector<Question>& questions) {
  Json list = Json::array();
  for (const Question& question : questions) {
    Json answer{{"image", question.name}, {"predicted", question.answer.front().first}};
    if (question.label != "-") answer["label"] = question.label;
    if (!question.remark.empty()) answer["preparation"] = question.remark;
    for (const auto& [name, probability] : question.answer) {
      answer["probabilities"].push_back({{"class", name}, {"probability", probability}});
    }
    list.push_back(std::move(answer));
  }
  return list;
}

}  // namespace

void add_predict(CLI::App& program) {
  CLI::App& command = *program.add_subcommand("predict", "Show what a saved model sees in images");
  const auto model = add_model(command);
  const auto files =
      add_list(command, "images", "IMAGE", "PNG or JPEG files, of any size", strict::Path{});
  const auto samples = add_list(command, "--index", "I...", "Test images, counted from 0",
                                strict::Whole{0, 1'000'000});
  const auto top = add_number<std::size_t>(command, "--top", "Classes to show [3]", 3, 1, 10);
  const auto json = std::make_shared<bool>();
  command.add_flag("--json", *json, "Print JSON, for programs");
  const auto folder = add_data(command);
  const auto threads = add_threads(command);
  command.callback([=] {
    if (files->empty() && samples->empty()) {
      throw CLI::ValidationError("expected image files, or --index");
    }
    const auto saved = load_model(*model);
    Questions questions;
    add_files(*files, questions);
    if (!samples->empty()) {
      const auto data = *json ? datasets::fashion_mnist(find_data(*folder)) : load_data(*folder);
      add_samples(data.test, *samples, questions);
      if (!*json) std::cout << '\n';
    }
    ask(saved, *threads, *top, questions);
    if (!*json) return print_table(questions.about);
    constexpr auto replace = Json::error_handler_t::replace;  // names of files may be no UTF-8
    std::cout << json_of(questions.about).dump(2, ' ', false, replace) << '\n';
  });
}

}  // namespace fashion_mnist
