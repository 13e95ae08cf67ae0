#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace tweed;
using tests::error_message;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Number>
std::string message(Number value, const detail::OptionRange& range) {
  return error_message([&] { detail::check_option("Owner", "name", value, range); });
}

}  // namespace

TEST_CASE("check_option: a value in its range passes, its ends where they belong to it") {
  CHECK(message(0.0, {.from = 0, .below = 1}).empty());
  CHECK(message(0.999, {.from = 0, .below = 1}).empty());
  CHECK(message(1e-300, {.above = 0}).empty());
  CHECK(message(Index{3}, {.from = 3, .to = 3}).empty());
}

TEST_CASE("check_option: any other is refused by name, with its range") {
  CHECK(message(1.0, {.from = 0, .below = 1}) ==
        "Owner: name is 1, it must be at least 0 and below 1");
  CHECK(message(-1e-9, {.from = 0, .to = 1}) ==
        "Owner: name is -1e-09, it must be at least 0 and at most 1");
  CHECK(message(0.0, {.above = 0}) == "Owner: name is 0, it must be finite and above 0");
  CHECK(message(infinity, {.from = 0}) == "Owner: name is inf, it must be finite and at least 0");
  CHECK(message(not_a_number, {.from = 0, .below = 1})
            .ends_with("it must be at least 0 and below 1"));
  CHECK(message(Index{-1}, {.from = 0}) == "Owner: name is -1, it must be at least 0");
}

TEST_CASE("resolve_threads: 0 is all there are, and what cannot be had is refused") {
  CHECK(resolve_threads(0) == default_threads());
  CHECK(error_message([] { resolve_threads(-1); }) ==
        "options: threads is -1, it must be at least 0 and at most 4096");
  CHECK_FALSE(error_message([] { resolve_threads(1'000'000); }).empty());
}
