#include "commands.hpp"
#include "saved_model.hpp"

#include <tweed/data/fashion_mnist.hpp>
#include <tweed/io/onnx.hpp>
#include <tweed/reporting/number_format.hpp>

#include <iostream>

namespace fashion_mnist {

void run(const Export& command) {
  const SavedModel saved = read_model(command.model);
  std::string names;
  for (const auto name : tweed::datasets::fashion_mnist_class_names) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  const std::string scale = saved.scale == 1.0 / 255.0
                                ? "divided by 255"
                                : "multiplied by " + tweed::reporting::shortest(saved.scale);
  tweed::export_onnx(saved.model, command.onnx,
                     {.softmax = command.softmax,
                      .metadata = {{"input", "gray values from 0 (background) to 255, " + scale},
                                   {"class_names", names}}});
  std::cout << "Wrote " << command.onnx.string() << '\n';
}

}  // namespace fashion_mnist
