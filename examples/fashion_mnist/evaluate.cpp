#include "commands.hpp"
#include "data.hpp"
#include "options.hpp"

#include <tweed/reporting/test_model.hpp>

#include <iostream>

void fashion_mnist::add_evaluate(CLI::App& program) {
  CLI::App& command = *program.add_subcommand("evaluate", "Test a saved model on all test images");
  const auto model = add_model(command);
  const auto data = add_data(command);
  const auto threads = add_threads(command);
  const auto views = add_value(command, "--views", "NAME",
                               "Take the mean over views of each image: mirrored or shifted",
                               std::string(), tweed::strict::OneOf{{"mirrored", "shifted"}});
  command.callback([=] {
    const auto saved = load_model(*model);
    const auto images = saved.scaled(load_data(*data).test);
    std::cout << '\n'
              << tweed::test_model(
                     saved.model, tweed::SoftmaxCE{}, images,
                     {.predict = {.threads = *threads, .views = views_named(*views)}});
  });
}
