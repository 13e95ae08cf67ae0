#pragma once

#include <string_view>

namespace fashion_mnist {

/// CSS of all pages: for any width, light and dark, with no font of its own.
extern const std::string_view page_style;

}  // namespace fashion_mnist
