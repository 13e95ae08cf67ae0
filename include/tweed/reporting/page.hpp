#pragma once

#include <tweed/io/atomic_file.hpp>
#include <tweed/reporting/html.hpp>
#include <tweed/reporting/page_style.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace TWEED_NAMESPACE::reporting {

/// A whole page that needs no other file and no script; `title` is text, `body` HTML. It is for
/// screens of any width, light or dark.
[[gnu::cold]] inline std::string page_html(std::string_view title, std::string_view body) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n";
  html += html_element("title", "", html_text(title));
  html += html_element("style", "", page_style);
  html += "</head>\n<body>\n";
  html += html_element("main", "", body);
  return html.append("</body>\n</html>\n");
}

/// Writes the page, atomically. Throws Error where that fails.
[[gnu::cold]] inline void write_page(const std::filesystem::path& path, std::string_view title,
                                     std::string_view body) {
  write_file_atomically(path, page_html(title, body));
}

}  // namespace TWEED_NAMESPACE::reporting
