#include <tweed/core/name_pattern.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tweed;

TEST_CASE("patterns of names") {
  static_assert(detail::matches("*", "") && detail::matches("", "") && !detail::matches("", "a"));
  static_assert(detail::matches("*.bias", "conv2d_1.bias"));
  static_assert(!detail::matches("*.bias", "conv2d_1.bia") && !detail::matches("*.bia", "x.bias"));
  static_assert(detail::matches("conv2d_?.*", "conv2d_1.kernel"));
  static_assert(!detail::matches("conv2d_?.*", "conv2d_12.kernel"));
  static_assert(detail::matches("*a*b*", "xxaxxbaab") && !detail::matches("*a*b", "bbaa"));
  static_assert(detail::matches("a**", "a") && !detail::matches("?", ""));
}

TEST_CASE("names in a message: the first of many") {
  CHECK(detail::list_of({}).empty());
  CHECK(detail::list_of({"a", "b"}) == "a, b");
  const std::string list = detail::list_of(std::vector<std::string>(26, "a"));
  CHECK(list.ends_with("a, a and 2 more"));
}
