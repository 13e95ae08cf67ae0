#pragma once

#include <optional>

namespace fashion_mnist {

/// How wide the terminal is that stdout goes to; nothing if it goes elsewhere, or to a terminal on
/// which nothing can be redrawn.
std::optional<int> terminal_columns();

/// Whether stdout goes to a terminal that says, in $COLORTERM, that it has 24-bit colour, and
/// nobody has set $NO_COLOR.
bool terminal_has_colour();

}  // namespace fashion_mnist
