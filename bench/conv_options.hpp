#pragma once

#include "conv_suites.hpp"

#include <tweed/core/error.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace tweed::bench {

/// What the flags of bench_conv say.
struct ConvOptions {
  ConvSuite suite = reference_suite();
  bool compares = false;
  int rounds = 10;
};

namespace detail {

/// A whole number from 1 to `largest`. Throws tweed::Error for anything else.
inline int number_of_flag(std::string_view flag, std::string_view text, int largest) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size() || number < 1 ||
      number > largest) {
    throw Error(std::string(flag) + "=" + std::string(text) + " must be a whole number from 1 to " +
                std::to_string(largest));
  }
  return number;
}

inline ConvSuite suite_of_flag(std::string_view text) {
  if (text == "all") return all_suites();
  std::string names = "all";
  for (ConvSuite& suite : conv_suites()) {
    if (suite.name == text) return std::move(suite);
    names += ", " + std::string(suite.name);
  }
  throw Error("--suite=" + std::string(text) + " must be one of " + names);
}

/// What follows "FLAG=" in an argument, or "" after FLAG alone; nothing for other arguments.
inline std::optional<std::string_view> value_of(std::string_view flag, std::string_view argument) {
  if (!argument.starts_with(flag)) return {};
  argument.remove_prefix(flag.size());
  if (argument.empty()) return argument;
  if (!argument.starts_with('=')) return {};
  return argument.substr(1);
}

}  // namespace detail

/// Takes `--suite=NAME`, `--batch=N` and `--compare[=ROUNDS]` out of the arguments; the others are
/// left for Google Benchmark. Throws tweed::Error for a value that is not one.
inline ConvOptions take_options(int& argc, char** argv) {
  constexpr int largest_batch = 10'000;
  constexpr int most_rounds = 10'000;
  ConvOptions options;
  int batch = 0;
  int left = 1;
  for (int i = 1; i < argc; ++i) {
    if (const auto suite = detail::value_of("--suite", argv[i])) {
      options.suite = detail::suite_of_flag(*suite);
    } else if (const auto count = detail::value_of("--batch", argv[i])) {
      batch = detail::number_of_flag("--batch", *count, largest_batch);
    } else if (const auto rounds = detail::value_of("--compare", argv[i])) {
      options.compares = true;
      if (!rounds->empty()) {
        options.rounds = detail::number_of_flag("--compare", *rounds, most_rounds);
      }
    } else {
      argv[left++] = argv[i];
    }
  }
  argc = left;
  if (batch > 0) {
    for (ConvCase& example : options.suite.cases) example.batch = batch;
  }
  return options;
}

}  // namespace tweed::bench
