#include <tweed/core/checked_product.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <vector>

using tweed::Index;
using tweed::detail::checked_product;

namespace {

constexpr Index largest = std::numeric_limits<Index>::max();

std::optional<Index> product(const std::vector<Index>& dims, Index first = 1) {
  return checked_product(dims, first);
}

}  // namespace

TEST_CASE("a product that fits") {
  CHECK(product({}) == 1);
  CHECK(product({}, 4) == 4);
  CHECK(product({2, 3, 4}, 5) == 120);
  CHECK(product({largest}) == largest);
  CHECK(product({largest / 7, 7}) == largest / 7 * 7);
  CHECK(product({0, largest, largest}) == 0);
}

TEST_CASE("a product that does not fit, or has no meaning") {
  CHECK_FALSE(product({largest / 7 + 1, 7}).has_value());
  CHECK_FALSE(product({largest}, 2).has_value());
  CHECK_FALSE(product({Index{1} << 32, Index{1} << 32}).has_value());
  CHECK_FALSE(product({largest, largest, 0}).has_value());
  CHECK_FALSE(product({-1}).has_value());
  CHECK_FALSE(product({0, -1}).has_value());
}
