#include "commands.hpp"
#include "data.hpp"
#include "saved_model.hpp"

#include <tweed/reporting/test_model.hpp>

#include <iostream>

namespace fashion_mnist {

void run(const Evaluate& command) {
  const SavedModel saved = read_model(command.model);
  const auto images = saved.scaled(load_data(command.data).test);
  const tweed::TestResult result = tweed::test_model(saved.model, tweed::SoftmaxCE{}, images,
                                                     {.predict = {.threads = command.threads}});
  std::cout << '\n' << result;
}

}  // namespace fashion_mnist
