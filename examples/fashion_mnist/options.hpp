#pragma once

#include <tweed/augment/test_time_view.hpp>
#include <tweed/core/strict_value.hpp>

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

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

/// An option whose value is what `read` makes of its text, by default `usual`.
template <class Value, class Read>
std::shared_ptr<Value> add_value(CLI::App& command, const std::string& name,
                                 const std::string& kind, const std::string& description,
                                 const Value& usual, const Read& read) {
  const auto value = std::make_shared<Value>(usual);
  add_option(command, name, kind, description,
             [value, read](const auto& text) { *value = read(text); });
  return value;
}

/// An option with any number of values.
template <class Read>
auto add_list(CLI::App& command, const std::string& name, const std::string& kind,
              const std::string& description, const Read& read) {
  const auto values = std::make_shared<std::vector<decltype(read(std::string()))>>();
  const auto take = [values, read](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) values->push_back(read(text));
  };
  add_option<std::vector<std::string>>(command, name, kind, description, take)
      ->expected(1, 1'000'000);
  return values;
}

/// For values in [low, high].
template <class Number>
auto add_number(CLI::App& command, const std::string& name, const std::string& description,
                Number usual, Number low, Number high) {
  return add_value(command, name, "N", description, usual,
                   tweed::strict::WholeOf<Number>{low, high});
}

inline auto add_path(CLI::App& command, const std::string& name, const std::string& kind,
                     const std::string& description, const std::filesystem::path& usual = {}) {
  return add_value(command, name, kind,
                   usual.empty() ? description : description + " [" + usual.string() + ']', usual,
                   tweed::strict::Path{});
}

inline auto add_data(CLI::App& command) {
  return add_path(command, "--data", "DIR",
                  "Folder of the data set [$FASHION_MNIST_DIR, else where it is usually put]");
}

inline auto add_model(CLI::App& command) {
  const auto model = add_path(command, "--model", "FILE", "Model that `train` wrote");
  command.get_option("--model")->required();
  return model;
}

inline auto add_threads(CLI::App& command) {
  return add_number(command, "--threads", "Threads; results do not depend on them [all]", 0, 1,
                    1024);
}

/// The views of an image that a test takes the mean over; none where there is no name. The
/// background is black.
inline tweed::TestTimeViews views_named(const std::string& name) {
  if (name.empty()) return {};
  return name == "mirrored" ? tweed::mirrored_views()
                            : tweed::shifted_views(1, tweed::Border::zeros);
}

}  // namespace fashion_mnist
