#pragma once

#include <tweed/core/namespace.hpp>

#include <string>
#include <string_view>

namespace TWEED_NAMESPACE::detail {

/// The compiler's own text of this function, with the enumerators in it.
template <class Why, Why... values>
constexpr std::string_view listed_enumerators() {
  return __PRETTY_FUNCTION__;
}

/// The name of an enumerator, one of the first twelve, from the compiler: nobody writes the reasons
/// of layers a second time for run time. Empty where the compiler has none: clang 14 knows those
/// alone whose enumeration does not lie within a class template.
template <class Why>
constexpr std::string_view enumerator_name(Why value) {
  constexpr std::string_view all =
      listed_enumerators<Why, Why{0}, Why{1}, Why{2}, Why{3}, Why{4}, Why{5}, Why{6}, Why{7},
                         Why{8}, Why{9}, Why{10}, Why{11}>();
  std::string_view list = all.substr(all.find("values"));
  list.remove_prefix(list.find_first_of("{<") + 1);
  int before = static_cast<int>(value);
  int depth = 0;  // within the arguments of a template, or in g++'s {anonymous}
  std::size_t first = 0;
  std::size_t end = 0;
  for (; end < list.size(); ++end) {
    const char letter = list[end];
    const bool closes = letter == '>' || letter == '}';
    if (depth == 0 && (closes || (letter == ',' && before == 0))) break;
    if (letter == '<' || letter == '{') ++depth;
    if (closes) --depth;
    if (depth == 0 && letter == ',') {
      --before;
      first = end + 2;
    }
  }
  const std::string_view name = list.substr(first, end - first);
  const bool is_a_cast = name.find(')') != name.npos && name.rfind(')') + 1 > name.rfind(':') + 1;
  return is_a_cast ? std::string_view{} : name.substr(name.rfind(':') + 1);
}

/// The name of an enumerator as a sentence: "kernel is larger than the input".
template <class Why>
std::string enumerator_words(Why value) {
  std::string words(enumerator_name(value));
  if (words.empty()) return "reason " + std::to_string(static_cast<int>(value));
  for (char& letter : words) {
    if (letter == '_') letter = ' ';
  }
  return words;
}

}  // namespace TWEED_NAMESPACE::detail
