#include "html.hpp"

#include "format.hpp"
#include "page_style.hpp"

#include <tweed/data/image_file.hpp>
#include <tweed/io/atomic_file.hpp>

#include <span>

namespace fashion_mnist {

namespace {

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto three = bytes.subspan(i, std::min<std::size_t>(3, bytes.size() - i));
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (j < three.size() ? three[j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= three.size() ? digits[bits >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

}  // namespace

std::string html_text(std::string_view text) {
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

std::string html_image(const tweed::Image& image, std::string_view alt) {
  return "<img src=\"data:image/png;base64," + base64(tweed::encode_png(image)) + "\" alt=\"" +
         html_text(alt) + "\">";
}

std::string html_element(std::string_view tag, std::string_view name, std::string_view content) {
  std::string html = '<' + std::string(tag);
  if (!name.empty()) html += " class=\"" + std::string(name) + '"';
  return html.append(">").append(content).append("</").append(tag).append(">\n");
}

std::string css_width(double share) { return "width:" + fixed(100.0 * share, 2) + "%"; }

std::string html_section(std::string_view heading, std::string_view about,
                         std::string_view content) {
  std::string html = html_element("h2", "", html_text(heading));
  if (!about.empty()) html += html_element("p", "about", html_text(about));
  return html_element("section", "", html.append(content));
}

std::string html_figure(std::string_view number, std::string_view name) {
  return html_element(
      "div", "figure",
      html_element("b", "", html_text(number)) + html_element("span", "", html_text(name)));
}

void write_page(const std::filesystem::path& path, std::string_view title, std::string_view body) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n";
  html += html_element("title", "", html_text(title));
  html += html_element("style", "", page_style) + "</head>\n<body>\n";
  html.append(body).append("</body>\n</html>\n");
  tweed::write_file_atomically(path, html);
}

}  // namespace fashion_mnist
