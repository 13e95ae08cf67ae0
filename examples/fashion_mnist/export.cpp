#include "commands.hpp"
#include "data.hpp"
#include "options.hpp"

#include <tweed/io/onnx.hpp>
#include <tweed/reporting/number_format.hpp>

#include <iostream>

namespace fashion_mnist {

namespace {

/// What an ONNX file says of the images that its network takes.
std::string input_text(const tweed::Classifier& saved) {
  return "gray values from 0 (background) to 255, " +
         (saved.scale == 1.0 / 255.0 ? "divided by 255"
                                     : "multiplied by " + tweed::reporting::shortest(saved.scale));
}

std::string class_names_text() {
  std::string names;
  for (const auto name : tweed::datasets::fashion_mnist_class_names) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

}  // namespace

void add_export(CLI::App& program) {
  CLI::App& command = *program.add_subcommand("export", "Write a saved model as an ONNX file");
  const auto model = add_model(command);
  const auto onnx = add_path(command, "--onnx", "FILE", "Where the ONNX file goes");
  command.get_option("--onnx")->required();
  const auto softmax = std::make_shared<bool>();
  command.add_flag("--softmax", *softmax, "Let it give probabilities, not logits");
  command.callback([=] {
    const auto saved = load_model(*model);
    tweed::export_onnx(
        saved.model, *onnx,
        {.softmax = *softmax,
         .metadata = {{"input", input_text(saved)}, {"class_names", class_names_text()}}});
    std::cout << "Wrote " << onnx->string() << '\n';
  });
}

}  // namespace fashion_mnist
