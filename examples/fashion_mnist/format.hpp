#pragma once

#include <tweed/core/shape.hpp>

#include <string>

namespace fashion_mnist {

/// 0.27906 as "0.2791" with 4 decimals.
std::string fixed(double number, int decimals);

/// As short as it can be and still come back the same: "0.001".
std::string shortest(double number);

/// 0.8998 as "89.98 %" with 2 decimals.
std::string percent(double share, int decimals);

/// 1447946 as "1,447,946".
std::string grouped(tweed::Index number);

/// 83 s as "1:23", 3700 s as "1:01:40".
std::string clock_time(double seconds);

/// `text` and spaces, together `width` columns: the spaces come last, or first.
std::string align_left(std::string text, int width);
std::string align_right(std::string text, int width);

}  // namespace fashion_mnist
