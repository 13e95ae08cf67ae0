#pragma once

#include <tweed/core/namespace.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// Rows of cells under a first row of headings; columns as wide as they need to be, the last one of
/// numbers.
struct TextTable {
  std::vector<std::array<std::string, 4>> rows;

  std::string print() const {
    std::array<std::size_t, 4> widths{};
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string printed;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::size_t i = 0; i < widths.size(); ++i) {
        const std::string padding(widths[i] - rows[r][i].size(), ' ');
        printed += i + 1 < widths.size() ? rows[r][i] + padding + "  " : padding + rows[r][i];
      }
      printed += '\n';
      if (r == 0 || r + 1 == rows.size()) {
        printed += std::string(widths[0] + widths[1] + widths[2] + widths[3] + 6, '-') + '\n';
      }
    }
    return printed;
  }
};

}  // namespace TWEED_NAMESPACE::detail
