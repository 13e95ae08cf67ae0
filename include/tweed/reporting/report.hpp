#pragma once

#include <tweed/core/version.hpp>
#include <tweed/io/atomic_file.hpp>
#include <tweed/reporting/html.hpp>
#include <tweed/reporting/page_style.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

namespace reporting::detail {

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

}  // namespace reporting::detail

/// A part of a report: a heading, a line about it, and what it shows, in HTML.
struct Section {
  std::string heading;
  std::string about;
  std::string html;  ///< empty where there is nothing to show
};

/// A page for people: a headline, a few large numbers, and sections. It needs no other file and no
/// script, is light or dark as the reader's system is, and reads on a phone.
///
///     Report report{.title = "Houses", .headline = "Prices to within 10,000"};
///     report.figures = {{"9.8", "mean error"}};
///     report.add(reporting::curves_section(history));
///     report.write("report.html");
///
/// All but the `html` of sections is text, and escaped. `reporting/html.hpp` and
/// `reporting/chart.hpp` make HTML of text, tables and curves.
struct Report {
  std::string title;  ///< of the browser's window, and above the headline
  std::string headline = {};
  std::string lead = {};                                          ///< a few sentences below it
  std::vector<std::pair<std::string, std::string>> figures = {};  ///< a number, and what it is
  std::vector<Section> sections = {};

  /// Adds a section, unless there is nothing in it.
  void add(Section section) {
    if (!section.html.empty()) sections.push_back(std::move(section));
  }

  [[gnu::cold]] std::string html() const {
    return reporting::detail::page_html(title, header() + body() + footer());
  }

  /// Writes the page, atomically. Throws Error where that fails.
  [[gnu::cold]] void write(const std::filesystem::path& path) const {
    write_file_atomically(path, html());
  }

 private:
  std::string header() const {
    using namespace reporting;
    std::string html = html_element("p", "over", html_text(title));
    html += html_element("h1", "", html_text(headline.empty() ? title : headline));
    if (!lead.empty()) html += html_element("p", "lead", html_text(lead));
    std::string numbers;
    for (const auto& [number, name] : figures) numbers += html_figure(number, name);
    if (!numbers.empty()) html += html_element("div", "figures", numbers);
    return html_element("header", "", html);
  }

  std::string body() const {
    using namespace reporting;
    std::string html;
    for (const Section& section : sections) {
      std::string part = html_element("h2", "", html_text(section.heading));
      if (!section.about.empty()) part += html_element("p", "about", html_text(section.about));
      html += html_element("section", "", part + section.html);
    }
    return html;
  }

  static std::string footer() {
    return reporting::html_element(
        "footer", "",
        reporting::html_text(
            tweed::detail::text("Made by tweed ", version, ". This page needs no other file.")));
  }
};

}  // namespace TWEED_NAMESPACE
