#pragma once

#include "commands.hpp"

#include <tweed/core/error.hpp>

#include <charconv>
#include <concepts>
#include <cstdlib>
#include <limits>
#include <string>

/// Values on the command line, read strictly: whatever is not as expected throws tweed::Error.
namespace fashion_mnist {

[[noreturn]] inline void refuse(const std::string& expected, const std::string& found) {
  throw tweed::Error("expected " + expected + ", found '" + found + "'");
}

inline const std::string& not_empty(const std::string& text) {
  if (text.empty()) refuse("a path", text);
  return text;
}

inline Optimizer optimizer_named(const std::string& text) {
  for (const Optimizer optimizer : {Optimizer::adam, Optimizer::sgd}) {
    if (text == name_of(optimizer)) return optimizer;
  }
  refuse("adam or sgd", text);
}

inline Schedule schedule_named(const std::string& text) {
  for (const auto schedule :
       {Schedule::constant, Schedule::cosine, Schedule::step, Schedule::plateau}) {
    if (text == name_of(schedule)) return schedule;
  }
  refuse("constant, cosine, step or plateau", text);
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

/// What stands in the whole text, or NaN.
inline double number_in(const std::string& text) {
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  const bool is_number = !text.empty() && rest == text.c_str() + text.size();
  return is_number ? number : std::numeric_limits<double>::quiet_NaN();
}

/// In (0, high].
inline double positive_number(const std::string& text, int high) {
  const double number = number_in(text);
  if (!(number > 0.0 && number <= high)) {
    refuse("a number above 0 and at most " + std::to_string(high), text);
  }
  return number;
}

/// In [0, high) or, with the end, [0, high].
inline double number_from_0(const std::string& text, int high, bool with_end) {
  const double number = number_in(text);
  if (!(number >= 0.0 && (number < high || (with_end && number == high)))) {
    refuse("a number from 0 " + std::string(with_end ? "to " : "to below ") + std::to_string(high),
           text);
  }
  return number;
}

}  // namespace fashion_mnist
