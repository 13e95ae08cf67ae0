#pragma once

#include "values.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>

/// Options of the command line, as all commands add them.
namespace fashion_mnist {

/// An option that hands its text, or texts, to `take`, which throws tweed::Error at a wrong value.
template <class Text = std::string, class Take>
CLI::Option* add_option(CLI::App& command, const std::string& name, const std::string& kind,
                        const std::string& description, const Take& take) {
  const auto take_or_complain = [name, take](const Text& text) {
    try {
      take(text);
    } catch (const tweed::Error& error) {
      throw CLI::ValidationError(name, error.what());
    }
  };
  return command.add_option_function<Text>(name, take_or_complain, description)->type_name(kind);
}

/// An option that hands each of its texts to `take`.
template <class Take>
CLI::Option* add_list(CLI::App& command, const std::string& name, const std::string& kind,
                      const std::string& description, const Take& take) {
  const auto take_all = [take](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) take(text);
  };
  return add_option<std::vector<std::string>>(command, name, kind, description, take_all)
      ->expected(1, 1'000'000);
}

/// For values in [low, high].
template <class Number>
CLI::Option* add_number(CLI::App& command, const std::string& name, const std::string& description,
                        Number& number, Number low, Number high) {
  return add_option(command, name, "N", description, [&number, low, high](const auto& text) {
    number = whole_number(text, low, high);
  });
}

inline CLI::Option* add_path(CLI::App& command, const std::string& name, const std::string& kind,
                             const std::string& description, std::filesystem::path& path) {
  return add_option(command, name, kind, description,
                    [&path](const auto& text) { path = not_empty(text); });
}

inline void add_data(CLI::App& command, std::filesystem::path& folder) {
  add_path(command, "--data", "DIR",
           "Folder of the data set [$FASHION_MNIST_DIR, else where it is usually put]", folder);
}

inline void add_model(CLI::App& command, std::filesystem::path& file) {
  add_path(command, "--model", "FILE", "Model that `train` wrote", file)->required();
}

inline void add_threads(CLI::App& command, int& threads) {
  add_number(command, "--threads", "Threads; results do not depend on them [all]", threads, 1,
             1024);
}

/// Adds `train` with all its options, which end up in `train`. With --config or --resume they also
/// come from the configuration of a run; what stands on the command line goes before it.
void add_train(CLI::App& program, Train& train);

}  // namespace fashion_mnist
