#pragma once

#include <optional>

namespace fashion_mnist {

/// How wide the terminal is that stdout goes to; nothing if it goes elsewhere, or to a terminal on
/// which nothing can be redrawn.
std::optional<int> terminal_columns();

}  // namespace fashion_mnist
