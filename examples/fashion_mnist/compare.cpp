#include "commands.hpp"
#include "options.hpp"

#include <tweed/reporting/compare.hpp>

void fashion_mnist::add_compare(CLI::App& program) {
  CLI::App& command = *program.add_subcommand("compare", "Put runs side by side");
  const auto runs =
      add_list(command, "runs", "DIR", "Folders that `train` wrote", tweed::strict::Path{});
  command.get_option("runs")->required();
  const auto out = add_path(command, "--out", "FILE", "Where the page goes", "runs/compare.html");
  command.callback([=] { tweed::compare(*runs, *out, "Fashion-MNIST, runs side by side"); });
}
