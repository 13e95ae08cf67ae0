#pragma once

#include <tweed/data/image.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace fashion_mnist {

/// `text` as it has to stand in HTML, also between quotes. A number and its % stay on one line.
std::string html_text(std::string_view text);

/// An <img> that carries its picture with it, `alt` being any text.
std::string html_image(const tweed::Image& image, std::string_view alt);

/// <tag class="name">content</tag>; content is HTML. No class where `name` is empty.
std::string html_element(std::string_view tag, std::string_view name, std::string_view content);

/// `share` of the width it has, for a style: "width:12.50%".
std::string css_width(double share);

/// A section of a page with its heading and a line about it; all but the content is text.
std::string html_section(std::string_view heading, std::string_view about,
                         std::string_view content);

/// A large number with its name below; both are text.
std::string html_figure(std::string_view number, std::string_view name);

/// Writes a whole page that needs no other file; `body` is HTML. It is for screens of any width,
/// light or dark.
void write_page(const std::filesystem::path& path, std::string_view title, std::string_view body);

}  // namespace fashion_mnist
