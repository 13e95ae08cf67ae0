#include "commands.hpp"
#include "data.hpp"
#include "options.hpp"

#include <tweed/io/png_file.hpp>
#include <tweed/reporting/contact_sheet.hpp>
#include <tweed/reporting/run_files.hpp>
#include <tweed/reporting/terminal.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>

namespace fashion_mnist {

namespace {

using namespace tweed::reporting;

void print_classes(const tweed::datasets::FashionMnist& data) {
  const auto line = [](const std::string& name, const auto& train, const auto& test) {
    std::cout << align_left(name, 14) << align_right(train, 8) << align_right(test, 8) << '\n';
  };
  line("class", "train", "test");
  for (std::size_t i = 0; i < data.train.class_names.size(); ++i) {
    const auto count = [label = static_cast<tweed::Label>(i)](const tweed::Dataset<>& part) {
      return std::to_string(std::ranges::count(part.labels, label));
    };
    line(data.train.class_names[i], count(data.train), count(data.test));
  }
}

void print_brightness(const tweed::Dataset<>& data) {
  double sum = 0.0;
  double sum_of_squares = 0.0;
  for (const std::uint8_t pixel : data.images) {
    sum += pixel;
    sum_of_squares += pixel * pixel;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(data.images.size(), 1));
  const double mean = sum / count;
  std::cout << "pixels from 0 to 255: mean " << fixed(mean, 1) << ", standard deviation "
            << fixed(std::sqrt(std::max(sum_of_squares / count - mean * mean, 0.0)), 1)
            << " (train)\n";
}

}  // namespace

void add_explore(CLI::App& program) {
  CLI::App& command = *program.add_subcommand("explore", "Show what the data set holds");
  const auto folder = add_data(command);
  const auto out =
      add_path(command, "--out", "FILE", "Where the first training images go, as a PNG",
               "runs/first_images.png");
  command.callback([=] {
    const auto data = load_data(*folder);
    std::cout << '\n';
    print_classes(data);
    std::cout << '\n';
    print_brightness(data.train);
    std::cout << '\n';
    const auto images = first_images(data.train, 20);
    if (terminal_has_colour()) std::cout << tweed::terminal_sheet(images, *terminal_columns());
    if (out->has_parent_path()) create_folder(out->parent_path());
    tweed::write_png(*out, tweed::contact_sheet(images));
    std::cout << "Wrote " << out->string() << '\n';
  });
}

}  // namespace fashion_mnist
