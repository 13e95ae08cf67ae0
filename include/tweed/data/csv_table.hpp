#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/csv_dialect.hpp>
#include <tweed/data/number_text.hpp>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// A CSV file in memory (RFC 4180), in UTF-8: a first line with the columns' names, then a line of
/// as many fields for each row, separated by commas or what the options say. Fields may stand in
/// double quotes, with "" for one of them. Blanks around a field, a byte order mark, empty lines
/// and a first line `sep=,` that agrees with the options are skipped.
class CsvTable {
 public:
  /// Throws Error, naming the line, for a row with more or fewer fields, a name that comes twice, a
  /// quote out of place, another separator, lines that end in CR alone, another encoding, or a file
  /// that cannot be read.
  explicit CsvTable(const std::filesystem::path& path, const CsvOptions& options = {})
      : path_(path.string()), separator_(options.separator) {
    if (std::string_view("\"\r\n").find(separator_) != std::string_view::npos) {
      throw Error("CSV: the separator is a quote or the end of a line");
    }
    const std::string text = read(path);
    std::string_view rest = detail::without_byte_order_mark(text);
    for (Index line = 1; !rest.empty(); ++line) add_line(take_line(rest, line), line);
    if (names_.empty()) fail("expected a line with the names of the columns, found nothing");
  }

  const std::vector<std::string>& names() const { return names_; }
  Index rows() const { return std::ssize(lines_); }
  Index columns() const { return std::ssize(names_); }

  /// The column of that name. Throws Error where there is none.
  Index column(std::string_view name) const {
    const auto found = std::ranges::find(names_, name);
    if (found == names_.end()) {
      fail("expected a column " + detail::in_quotes(name) + ", found " + some_names());
    }
    return found - names_.begin();
  }

  const std::string& text(Index row, Index column) const {
    return fields_[static_cast<std::size_t>(row * columns() + column)];
  }

  /// A field as a finite number. Throws Error, naming line and column, where it is none, such as
  /// one that is missing.
  float number(Index row, Index column) const {
    const std::string& field = text(row, column);
    if (const auto value = detail::number_in<float>(field)) return *value;
    fail_at(row, column,
            "expected a number, found " + detail::in_quotes(field) +
                (has_decimal_comma(field) ? "; write it with a decimal point" : ""));
  }

  [[noreturn]] void fail(const std::string& what) const { throw Error(path_ + ": " + what); }

  [[noreturn]] void fail_at(Index row, Index column, const std::string& what) const {
    fail(detail::text("line ", lines_[static_cast<std::size_t>(row)], ", column ",
                      detail::in_quotes(names_[static_cast<std::size_t>(column)]), ": ", what));
  }

 private:
  std::string read(const std::filesystem::path& path) const {
    InputFile file{path};
    std::string text(file.size(), '\0');
    text.resize(file.read(std::as_writable_bytes(std::span{text})));
    if (const auto found = detail::other_encoding(text)) {
      fail("expected text in UTF-8, found " + *found + "; please convert it");
    }
    return text;
  }

  /// The first few, for a message.
  std::string some_names() const {
    constexpr std::size_t few = 8;
    std::string list;
    for (const std::string& name : std::span(names_).first(std::min(few, names_.size()))) {
      list += (list.empty() ? "" : ", ") + detail::in_quotes(name);
    }
    return list + (names_.size() > few ? ", ..." : "");
  }

  static bool has_decimal_comma(std::string field) {
    std::ranges::replace(field, ',', '.');
    return detail::number_in<float>(field).has_value();
  }

  std::string_view take_line(std::string_view& rest, Index number) const {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find('\r') != line.npos) {
      fail(detail::text("line ", number, ": found the end of a line as old Macs wrote it, CR ",
                        "alone; expected LF or CR LF, please convert the file"));
    }
    return line;
  }

  std::string_view trimmed(std::string_view text) const {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
  }

  bool is_blank(char character) const {
    return (character == ' ' || character == '\t') && character != separator_;
  }

  void add_line(std::string_view line, Index number) {
    if (trimmed(line).empty()) return;
    if (names_.empty()) check_separator(line, number);
    if (number == 1 && detail::noted_separator(line)) return;
    std::vector<std::string> fields;
    for (bool more = true; more;) fields.push_back(take_field(line, number, more));
    if (names_.empty()) {
      add_names(std::move(fields));
      return;
    }
    if (fields.size() != names_.size()) {
      fail(detail::text("line ", number, ": expected ", columns(), " fields, found ",
                        std::ssize(fields)));
    }
    std::ranges::move(fields, std::back_inserter(fields_));
    lines_.push_back(number);
  }

  /// That the first line, which names the columns or notes the separator, has none but ours.
  void check_separator(std::string_view line, Index number) const {
    const auto noted = detail::noted_separator(line);
    const auto found = noted ? noted : detail::other_separator(line, separator_);
    if (!found || *found == separator_) return;
    fail(detail::text("line ", number, ": expected columns separated by ",
                      detail::separators(separator_), ", found ", detail::separators(*found), "; ",
                      detail::separator_advice(*found)));
  }

  void add_names(std::vector<std::string> names) {
    auto sorted = names;
    std::ranges::sort(sorted);
    if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end()) {
      fail("two columns named " + detail::in_quotes(*twice));
    }
    names_ = std::move(names);
  }

  /// The first field, which is taken off the line with the separator behind it; `more` follow if
  /// there is one.
  std::string take_field(std::string_view& line, Index number, bool& more) const {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    std::string field;
    const bool is_quoted = line.starts_with('"');
    if (is_quoted) {
      line.remove_prefix(1);
      field = take_quoted(line, number);
    }
    const std::size_t end = std::min(line.find(separator_), line.size());
    const std::string_view bare = trimmed(line.substr(0, end));
    if (is_quoted ? !bare.empty() : bare.find('"') != bare.npos) fail_quote(number);
    if (!is_quoted) field = bare;
    line.remove_prefix(end);
    more = !line.empty();
    if (more) line.remove_prefix(1);
    return field;
  }

  std::string take_quoted(std::string_view& line, Index number) const {
    std::string field;
    while (true) {
      const std::size_t quote = line.find('"');
      if (quote == line.npos) fail_quote(number);
      field += line.substr(0, quote);
      line.remove_prefix(quote + 1);
      if (!line.starts_with('"')) return field;
      field += '"';
      line.remove_prefix(1);
    }
  }

  [[noreturn]] void fail_quote(Index number) const {
    fail(detail::text("line ", number,
                      ": a quote out of place; quotes stand around a whole field, in one line"));
  }

  std::string path_;
  char separator_;
  std::vector<std::string> names_;
  std::vector<std::string> fields_;  // [rows,columns]
  std::vector<Index> lines_;         // of each row, counted from 1
};

}  // namespace TWEED_NAMESPACE
