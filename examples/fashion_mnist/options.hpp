#pragma once

#include <tweed/augment/test_time_view.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

/// Values on the command line, read strictly: whatever is not as expected throws tweed::Error. And
/// options, as all commands add them.
namespace fashion_mnist {

[[noreturn]] inline void refuse(const std::string& expected, const std::string& found) {
  throw tweed::Error("expected " + expected + ", found '" + found + "'");
}

inline std::filesystem::path path_in(const std::string& text) {
  if (text.empty()) refuse("a path", text);
  return text;
}

/// In [low, high]; digits alone.
template <std::integral Number>
Number whole_number(const std::string& text, Number low, Number high) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end || number < low || number > high) {
    refuse("a whole number from " + std::to_string(low) + " to " + std::to_string(high), text);
  }
  return number;
}

/// The numbers that an option takes; the ends are among them unless it says otherwise.
struct Range {
  int low = 0;
  int high = 1;
  bool with_low = true;
  bool with_high = true;
};

inline double number_in(const std::string& text, const Range& range) {
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  const bool is_number = !text.empty() && rest == text.c_str() + text.size();
  const bool is_above = number > range.low || (range.with_low && number == range.low);
  const bool is_below = number < range.high || (range.with_high && number == range.high);
  if (is_number && is_above && is_below) return number;
  refuse((range.with_low ? "a number from " : "a number above ") + std::to_string(range.low) +
             (range.with_low ? " to " : " and at most ") + (range.with_high ? "" : "below ") +
             std::to_string(range.high),
         text);
}

/// "one, two or three"
inline std::string one_of_text(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : " or ";
    text += names[i];
  }
  return text;
}

inline std::string one_of(const std::string& text, const std::vector<std::string>& names) {
  if (std::ranges::find(names, text) == names.end()) refuse(one_of_text(names), text);
  return text;
}

/// The parts of a text between separators, at least one.
inline std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (const char letter : text) {
    letter == separator ? parts.emplace_back() : parts.back() += letter;
  }
  return parts;
}

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
                   [=](const auto& text) { return whole_number(text, low, high); });
}

inline auto add_path(CLI::App& command, const std::string& name, const std::string& kind,
                     const std::string& description, const std::filesystem::path& usual = {}) {
  return add_value(command, name, kind,
                   usual.empty() ? description : description + " [" + usual.string() + ']', usual,
                   path_in);
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

/// The views of an image that a test takes the mean over. The background is black.
inline tweed::TestTimeViews views_named(const std::string& name) {
  return one_of(name, {"mirrored", "shifted"}) == "mirrored"
             ? tweed::mirrored_views()
             : tweed::shifted_views(1, tweed::Border::zeros);
}

}  // namespace fashion_mnist
