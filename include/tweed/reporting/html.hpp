#pragma once

#include <tweed/core/text.hpp>
#include <tweed/reporting/number_format.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Pieces of a page. What is called text is escaped here, what is called HTML is taken as it is.
namespace TWEED_NAMESPACE::reporting {

/// `text` as it has to stand in HTML, also between quotes. A number and its % stay on one line.
[[gnu::cold]] inline std::string html_text(std::string_view text) {
  std::string html;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char character = text[i];
    if (text.substr(i).starts_with(" %")) {
      html += "&nbsp;";
      continue;
    }
    switch (character) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += character;
    }
  }
  return html;
}

/// An element of a page, of a class unless `name` is empty; `content` is HTML.
[[gnu::cold]] inline std::string html_element(std::string_view tag, std::string_view name,
                                              std::string_view content) {
  std::string html = "<";
  html += tag;
  if (!name.empty()) html.append(" class=\"").append(name).append("\"");
  return html.append(">").append(content).append("</").append(tag).append(">\n");
}

/// `share` of the width it has, for a style: "width:12.50%".
[[gnu::cold]] inline std::string css_width(double share) {
  return tweed::detail::text("width:", fixed(100.0 * share, 2), "%");
}

/// A large number with its name below; both are text.
[[gnu::cold]] inline std::string html_figure(std::string_view number, std::string_view name) {
  return html_element(
      "div", "figure",
      html_element("b", "", html_text(number)) + html_element("span", "", html_text(name)));
}

/// A name and what it is, for a definition list; both are text.
[[gnu::cold]] inline std::string html_definition(std::string_view name, std::string_view value) {
  return html_element(
      "div", "",
      html_element("dt", "", html_text(name)) + html_element("dd", "", html_text(value)));
}

/// Rows of text under a row of headings, and in front of each row what it is; all but that are
/// numbers. Row `best` stands out, if there is one.
struct HtmlTable {
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows;
  std::ptrdiff_t best = -1;

  [[gnu::cold]] std::string html() const {
    std::string all = row_of(headings, "th", false);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      all += row_of(rows[i], "td", static_cast<std::ptrdiff_t>(i) == best);
    }
    return html_element("div", "wide", html_element("table", "data", all));
  }

 private:
  static std::string row_of(const std::vector<std::string>& cells, std::string_view tag,
                            bool is_best) {
    std::string html;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string cell = html_text(cells[i]);
      html += i == 0 ? html_element("th", "", cell)
                     : html_element(tag, "number", is_best ? html_element("b", "", cell) : cell);
    }
    return html_element("tr", "", html);
  }
};

}  // namespace TWEED_NAMESPACE::reporting
