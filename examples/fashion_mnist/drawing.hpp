#pragma once

#include <tweed/data/image.hpp>

#include <string>

namespace fashion_mnist {

/// A grey picture of one brightness.
tweed::Image blank_image(tweed::Index height, tweed::Index width, std::uint8_t brightness);

/// Puts one grey picture on another, its upper left corner at (x, y). It has to fit.
void paste(const tweed::Image& image, tweed::Index x, tweed::Index y, tweed::Image& onto);

/// How wide and how high text is, in pixels of the font, each `scale` pixels of a picture wide.
tweed::Index text_width(const std::string& text, tweed::Index scale);
tweed::Index text_height(tweed::Index scale);

/// Writes one line of ASCII, its upper left corner at (x, y); what sticks out is cut off.
void draw_text(const std::string& text, tweed::Index x, tweed::Index y, tweed::Index scale,
               std::uint8_t brightness, tweed::Image& onto);

}  // namespace fashion_mnist
