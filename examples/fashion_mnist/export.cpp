#include "commands.hpp"
#include "model_file.hpp"

#include <tweed/io/onnx.hpp>

#include <iostream>

namespace fashion_mnist {

void run(const Export& command) {
  export_onnx(read_model(command.model), command.onnx,
              {.softmax = command.softmax,
               .metadata = {{"input", "gray values from 0 (background) to 255, divided by 255"},
                            {"class_names", class_names_text()}}});
  std::cout << "Wrote " << command.onnx.string() << '\n';
}

}  // namespace fashion_mnist
