#include "train_options.hpp"

#include <tweed/reporting/settings_file.hpp>
#include <fuzz/fuzz.hpp>

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace {

using fashion_mnist::Train;

/// What `fashion_mnist train --config FILE` makes of a file, if it takes it.
std::optional<Train> parsed(const std::filesystem::path& file) {
  CLI::App program;
  Train train;
  fashion_mnist::add_options(program, train);
  try {
    program.parse("--config " + file.string());
    fashion_mnist::check_options(program, train);
  } catch (const CLI::ParseError&) {
    return {};  // The program makes one line of it.
  }
  return train;
}

}  // namespace

/// The configuration of a run, by the example program. What is taken comes back from what is
/// written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file({data, size});
  fuzz::expect_one_line([&] { tweed::read_settings(file.path()); });
  fuzz::expect_one_line([&] {
    const auto train = parsed(file.path());
    if (!train) return;
    const std::string text = fashion_mnist::config_text(*train);
    const fuzz::MemoryFile written(fuzz::as_bytes(text));
    const auto again = parsed(written.path());
    if (!again || fashion_mnist::config_text(*again) != text) std::abort();
  });
  return 0;
}
