#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/core/text.hpp>
#include <tweed/reporting/named_texts.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace TWEED_NAMESPACE {

namespace reporting::detail {

inline constexpr std::string_view hexadecimal = "0123456789abcdef";

/// As TOML has it: words in quotes, with escapes, numbers without.
[[gnu::cold]] inline std::string toml_value(const std::string& text) {
  if (!text.empty() && text.find_first_not_of("0123456789.e-+") == text.npos) return text;
  std::string value = "\"";
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7f) {
      value += "\\u00" + tweed::detail::hex(byte);
      continue;
    }
    if (letter == '"' || letter == '\\') value += '\\';
    value += letter;
  }
  return value + '"';
}

/// Reads `name = value`, of which there is one in a line.
class SettingLine {
 public:
  explicit SettingLine(std::string_view line) : rest_(line) { skip_spaces(); }

  /// Whether there is nothing more, but for a comment.
  bool is_empty() const { return rest_.empty() || rest_.front() == '#'; }

  /// Takes it to the end; false where it is not like that.
  [[gnu::cold]] bool read(std::string& name, std::string& value) {
    name = take_word("_-");
    skip_spaces();
    if (name.empty() || !take('=')) return false;
    skip_spaces();
    if (take('"')) {
      if (!read_quoted(value)) return false;
    } else {
      value = take_word("_-+.");
      if (value.empty()) return false;
    }
    skip_spaces();
    return is_empty();
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && std::string_view(" \t\r").find(rest_.front()) != rest_.npos) {
      rest_.remove_prefix(1);
    }
  }

  bool take(char letter) {
    if (!rest_.starts_with(letter)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Letters, digits and some others.
  std::string take_word(std::string_view others) {
    std::size_t size = 0;
    const auto belongs = [&](char letter) {
      const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
      return is_letter || (letter >= '0' && letter <= '9') || others.find(letter) != others.npos;
    };
    while (size < rest_.size() && belongs(rest_[size])) ++size;
    const std::string word(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return word;
  }

  /// Up to the quote that ends it.
  bool read_quoted(std::string& value) {
    value.clear();
    while (!rest_.empty() && !take('"')) {
      const bool is_escape = take('\\');
      if (rest_.empty()) return false;
      const char letter = rest_.front();
      rest_.remove_prefix(1);
      if (!is_escape || letter == '"' || letter == '\\') {
        value += letter;
      } else if (letter == 'n' || letter == 't' || letter == 'r') {
        value += letter == 'n' ? '\n' : letter == 't' ? '\t' : '\r';
      } else if (letter != 'u' || !read_code(value)) {
        return false;
      }
      if (rest_.empty()) return false;
    }
    return true;
  }

  /// Four digits, of a character of ASCII.
  bool read_code(std::string& value) {
    if (!rest_.starts_with("00") || rest_.size() < 4) return false;
    const auto high = hexadecimal.find(rest_[2]);
    const auto low = hexadecimal.find(rest_[3]);
    if (high > 7 || low == hexadecimal.npos) return false;
    value += static_cast<char>(16 * high + low);
    rest_.remove_prefix(4);
    return true;
  }

  std::string_view rest_;
};

}  // namespace reporting::detail

/// Names and values as a file that people read and change: TOML, with a setting a line, each
/// between quotes unless it is a number. Names are letters, digits, hyphens and underscores.
[[gnu::cold]] inline std::string settings_text(const NamedTexts& settings) {
  std::string text;
  for (const auto& [name, value] : settings) {
    text.append(name).append(" = ").append(reporting::detail::toml_value(value)).append("\n");
  }
  return text;
}

/// What stands in such a file, in its order; empty lines and comments, which begin with #, are
/// passed over. Throws Error, with the line, at all else that TOML knows, and for files of more
/// than 100,000 bytes.
[[gnu::cold]] inline NamedTexts read_settings(const std::filesystem::path& path) {
  constexpr std::size_t longest = 100'000;
  InputFile file{path};
  if (file.size() > longest) {
    throw Error(detail::text(path.string(), ": expected at most ", longest,
                             " bytes of options, found ", file.size()));
  }
  std::string text(file.size(), '\0');
  text.resize(file.read(std::as_writable_bytes(std::span{text})));
  NamedTexts settings;
  for (std::string_view rest = detail::without_byte_order_mark(text); !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    reporting::detail::SettingLine setting(line);
    if (setting.is_empty()) continue;
    auto& [name, value] = settings.emplace_back();
    if (setting.read(name, value)) continue;
    throw Error(detail::text(path.string(), ": expected an option and its value a line, found ",
                             detail::in_quotes(line)));
  }
  return settings;
}

}  // namespace TWEED_NAMESPACE
