#include "config_file.hpp"

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/core/text.hpp>

#include <CLI/CLI.hpp>

#include <sstream>

namespace fashion_mnist {

namespace {

/// Whether CLI11 reads `text` in quotes as it is: it knows no escapes, and sees comments in quotes.
bool can_be_quoted(const std::string& text) { return text.find_first_of("\"#\n\r") == text.npos; }

/// Words stand in quotes, numbers do not.
std::string toml_value(const std::string& text) {
  const bool is_number = text.find_first_not_of("0123456789.e-+") == text.npos;
  return is_number ? text : '"' + text + '"';
}

[[noreturn]] void refuse_line(const std::filesystem::path& path, std::string_view line) {
  throw tweed::Error(path.string() + ": expected an option and its value a line, found " +
                     tweed::detail::in_quotes(line));
}

/// No option has a section, and CLI11 takes memory with the square of the length of a section's
/// name.
void refuse_sections(const std::filesystem::path& path, const std::string& text) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find_first_not_of(" \t\v\f\r");
    if (begin != line.npos && line[begin] == '[') refuse_line(path, line.substr(begin));
  }
}

}  // namespace

std::string config_text(const Train& train) {
  std::string text = "# An option of `fashion_mnist train` a line; --config FILE reads them.\n";
  for (const auto& [name, value] : options_of(train)) {
    text += name + " = " + toml_value(value) + '\n';
  }
  if (!train.data.empty()) {
    const std::string data = std::filesystem::absolute(train.data).string();
    text += can_be_quoted(data)
                ? "data = \"" + data + "\"\n"
                : "# --data has to be given: a name with # or a quote has no place here\n";
  }
  if (train.threads != 0) text += "threads = " + std::to_string(train.threads) + '\n';
  return text;
}

NamedTexts read_config(const std::filesystem::path& path) {
  constexpr std::size_t longest = 100'000;
  tweed::InputFile file{path};
  if (file.size() > longest) {
    throw tweed::Error(path.string() + ": expected at most " + std::to_string(longest) +
                       " bytes of options, found " + std::to_string(file.size()));
  }
  std::string text(file.size(), '\0');
  text.resize(file.read(std::as_writable_bytes(std::span{text})));
  text = tweed::detail::without_byte_order_mark(text);
  refuse_sections(path, text);
  std::istringstream lines{text};
  NamedTexts options;
  for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(lines)) {
    if (!item.parents.empty() || item.inputs.size() != 1) refuse_line(path, item.fullname());
    options.emplace_back(item.name, item.inputs.front());
  }
  return options;
}

}  // namespace fashion_mnist
