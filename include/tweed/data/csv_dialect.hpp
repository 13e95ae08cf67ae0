#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace TWEED_NAMESPACE {

/// How a CSV file is written.
struct CsvOptions {
  char separator = ',';  ///< between fields: no quote and no end of a line
};

}  // namespace TWEED_NAMESPACE

namespace TWEED_NAMESPACE::detail {

/// What `text` is where it cannot be UTF-8; otherwise nothing.
inline std::optional<std::string> other_encoding(std::string_view text) {
  for (const std::string_view mark : {"\xFF\xFE", "\xFE\xFF"}) {
    if (text.starts_with(mark)) return "UTF-16, by its byte order mark";
  }
  if (text.find('\0') == text.npos) return {};
  return "a byte of 0, as in UTF-16, compressed files and spreadsheets' own formats";
}

/// The usual separators, with the names of many of them.
inline constexpr std::array<std::pair<char, std::string_view>, 4> separator_names{
    {{',', "commas"}, {';', "semicolons"}, {'\t', "tabs"}, {'|', "vertical bars"}}};

inline std::string separators(char separator) {
  for (const auto& [character, name] : separator_names) {
    if (character == separator) return std::string(name);
  }
  return in_quotes({&separator, 1});
}

/// What to do about a file with that one.
inline std::string separator_advice(char separator) {
  return std::string("set CsvOptions::separator to '") +
         (separator == '\t' ? "\\t" : std::string(1, separator)) + "'";
}

/// How often `character` stands outside of quotes.
inline Index count_unquoted(std::string_view line, char character) {
  Index count = 0;
  bool quoted = false;
  for (const char found : line) {
    quoted ^= found == '"';
    count += !quoted && found == character ? 1 : 0;
  }
  return count;
}

/// The usual separator that a line has most often, where it does not have `separator` at all.
inline std::optional<char> other_separator(std::string_view line, char separator) {
  std::optional<char> most;
  if (count_unquoted(line, separator) > 0) return most;
  Index most_often = 0;
  for (const auto& [character, name] : separator_names) {
    const Index count = count_unquoted(line, character);
    if (count > most_often) most = character;
    most_often = std::max(most_often, count);
  }
  return most;
}

/// The separator that a first line `sep=;` notes, which spreadsheets write and heed.
inline std::optional<char> noted_separator(std::string_view line) {
  constexpr std::string_view note = "sep=";
  if (line.size() != note.size() + 1 || !line.starts_with(note)) return {};
  return line.back();
}

}  // namespace TWEED_NAMESPACE::detail
