#pragma once

#include <tweed/core/text.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Names that somebody asks for by a pattern, in which `*` stands for any text and `?` for a
/// character.
namespace TWEED_NAMESPACE::detail {

/// Whether a text is what a pattern stands for.
constexpr bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last one, to come back to
  std::size_t tried = 0;                      // what it stands for ends here
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      tried = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++tried;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// Names for a message: "a, b, c and 5 more".
[[gnu::cold]] inline std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 24;
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
    if (i > 0) list += ", ";
    list += names[i];
  }
  if (names.size() > most) list += text(" and ", names.size() - most, " more");
  return list;
}

}  // namespace TWEED_NAMESPACE::detail
