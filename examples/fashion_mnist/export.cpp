#include "commands.hpp"
#include "format.hpp"
#include "model_file.hpp"

#include <tweed/io/onnx.hpp>

#include <iostream>

namespace fashion_mnist {

namespace {

std::string scale_text(double scale) {
  return scale == usual_scale ? "divided by 255" : "multiplied by " + shortest(scale);
}

}  // namespace

void run(const Export& command) {
  const auto [model, scale] = read_model(command.model);
  export_onnx(
      model, command.onnx,
      {.softmax = command.softmax,
       .metadata = {{"input", "gray values from 0 (background) to 255, " + scale_text(scale)},
                    {"class_names", class_names_text()}}});
  std::cout << "Wrote " << command.onnx.string() << '\n';
}

}  // namespace fashion_mnist
