#include "commands.hpp"
#include "data.hpp"
#include "options.hpp"

#include <tweed/io/png_file.hpp>
#include <tweed/reporting/contact_sheet.hpp>
#include <tweed/reporting/data_summary.hpp>
#include <tweed/reporting/run_files.hpp>
#include <tweed/reporting/terminal.hpp>

#include <iostream>

void fashion_mnist::add_explore(CLI::App& program) {
  using namespace tweed::reporting;
  CLI::App& command = *program.add_subcommand("explore", "Show what the data set holds");
  const auto folder = add_data(command);
  const auto out =
      add_path(command, "--out", "FILE", "Where the first training images go, as a PNG",
               "runs/first_images.png");
  command.callback([=] {
    const auto data = load_data(*folder);
    std::cout << '\n' << tweed::data_summary(data.train, data.test) << '\n';
    const auto images = first_images(data.train, 20);
    if (terminal_has_colour()) std::cout << tweed::terminal_sheet(images, *terminal_columns());
    if (out->has_parent_path()) create_folder(out->parent_path());
    tweed::write_png(*out, tweed::contact_sheet(images));
    std::cout << "Wrote " << out->string() << '\n';
  });
}
