#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tweed {

/// A CSV file in memory (RFC 4180): a first line with the columns' names, then a line of as many
/// fields for each row, separated by commas. Fields may stand in double quotes, with "" for one of
/// them. Blanks around a field, a byte order mark and empty lines are skipped.
class CsvTable {
 public:
  /// Throws Error, naming the line, for a row with more or fewer fields, a name that comes twice, a
  /// quote out of place, or a file that cannot be read.
  explicit CsvTable(const std::filesystem::path& path) : path_(path.string()) {
    InputFile file{path};
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    text.resize(file.read(std::as_writable_bytes(std::span{text})));
    std::string_view rest = text;
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    for (Index line = 1; !rest.empty(); ++line) add_line(take_line(rest), line);
    if (names_.empty()) fail("expected a line with the names of the columns, found nothing");
  }

  const std::vector<std::string>& names() const { return names_; }
  Index rows() const { return std::ssize(lines_); }
  Index columns() const { return std::ssize(names_); }

  /// The column of that name. Throws Error where there is none.
  Index column(std::string_view name) const {
    const auto found = std::ranges::find(names_, name);
    if (found == names_.end()) {
      fail("expected a column " + detail::in_quotes(name) + ", the first line has none");
    }
    return found - names_.begin();
  }

  const std::string& text(Index row, Index column) const {
    return fields_[static_cast<std::size_t>(row * columns() + column)];
  }

  /// A field as a finite number. Throws Error, naming line and column, where it is none.
  float number(Index row, Index column) const {
    const std::string& field = text(row, column);
    float value = 0.0F;
    const char* const end = field.data() + field.size();
    const auto [rest, error] = std::from_chars(field.data(), end, value);
    if (error != std::errc{} || rest != end || !std::isfinite(value)) {
      fail_at(row, column, "expected a number, found " + detail::in_quotes(field));
    }
    return value;
  }

  [[noreturn]] void fail(const std::string& what) const { throw Error(path_ + ": " + what); }

  [[noreturn]] void fail_at(Index row, Index column, const std::string& what) const {
    fail(detail::text("line ", lines_[static_cast<std::size_t>(row)], ", column ",
                      detail::in_quotes(names_[static_cast<std::size_t>(column)]), ": ", what));
  }

 private:
  static constexpr std::string_view blanks_ = " \t";

  static std::string_view take_line(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  static std::string_view trimmed(std::string_view field) {
    const std::size_t begin = field.find_first_not_of(blanks_);
    if (begin == field.npos) return {};
    return field.substr(begin, field.find_last_not_of(blanks_) + 1 - begin);
  }

  void add_line(std::string_view line, Index number) {
    if (trimmed(line).empty()) return;
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

  void add_names(std::vector<std::string> names) {
    auto sorted = names;
    std::ranges::sort(sorted);
    if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end()) {
      fail("two columns named " + detail::in_quotes(*twice));
    }
    names_ = std::move(names);
  }

  /// The first field, which is taken off the line with the comma behind it; `more` follow if there
  /// is one.
  std::string take_field(std::string_view& line, Index number, bool& more) const {
    line.remove_prefix(std::min(line.find_first_not_of(blanks_), line.size()));
    std::string field;
    if (line.starts_with('"')) {
      line.remove_prefix(1);
      field = take_quoted(line, number);
      const std::size_t end = std::min(line.find(','), line.size());
      if (!trimmed(line.substr(0, end)).empty()) fail_quote(number);
      line.remove_prefix(end);
    } else {
      const std::size_t end = std::min(line.find(','), line.size());
      field = trimmed(line.substr(0, end));
      if (field.find('"') != field.npos) fail_quote(number);
      line.remove_prefix(end);
    }
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
  std::vector<std::string> names_;
  std::vector<std::string> fields_;  // [rows,columns]
  std::vector<Index> lines_;         // of each row, counted from 1
};

}  // namespace tweed
