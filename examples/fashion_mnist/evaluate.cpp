#include "commands.hpp"
#include "data.hpp"
#include "inference.hpp"
#include "model_file.hpp"
#include "test_report.hpp"

#include <iostream>

namespace fashion_mnist {

void run(const Evaluate& command) {
  const auto model = read_model(command.model);
  const auto data = load_data(command.data);
  const auto logits = logits_of(model, data.test, command.threads);
  std::cout << '\n' << make_test_report(data.test, logits);
}

}  // namespace fashion_mnist
