#include <tweed/core/strict_value.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

TEST_CASE("strict: whole numbers are digits within their bounds") {
  const strict::Whole read{1, 100};
  CHECK(read("1") == 1);
  CHECK(read("100") == 100);
  for (const char* text : {"", "0", "101", "-1", "+1", " 1", "1 ", "1.5", "1e1", "0x10", "many",
                           "99999999999999999999"}) {
    CHECK(error_message([&] { read(text); }) ==
          "expected a whole number from 1 to 100, found '" + std::string(text) + "'");
  }
  CHECK(strict::Whole{-5, 5}("-5") == -5);
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  const strict::WholeOf<std::uint64_t> any{0, most};
  CHECK(any("18446744073709551615") == most);
  CHECK(error_message([&] {
          any("18446744073709551616");
        }).starts_with("expected a whole number from 0 to 18446744073709551615"));
}

TEST_CASE("strict: numbers, with the ends of their range or without") {
  const strict::Real share{.with_high = false};
  CHECK(share("0") == 0.0);
  CHECK(share("0.999") == 0.999);
  CHECK(share("1e-3") == 0.001);
  for (const char* text : {"", "1", "-0.1", "nan", "inf", "1e999", "0.1x", "0,1", " 0.1", "fast"}) {
    CHECK(error_message([&] { share(text); }) ==
          "expected a number from 0 to below 1, found '" + std::string(text) + "'");
  }
  const strict::Real positive{.high = 1000, .with_low = false};
  CHECK(positive("1000") == 1000.0);
  CHECK(error_message([&] { positive("0"); }) ==
        "expected a number above 0 and at most 1000, found '0'");
  CHECK(error_message([&] { strict::Real{}("2"); }) == "expected a number from 0 to 1, found '2'");
}

TEST_CASE("strict: words, paths and lists") {
  const strict::OneOf read{{"one", "two", "three"}};
  CHECK(read("two") == "two");
  CHECK(error_message([&] { read("four"); }) == "expected one, two or three, found 'four'");
  CHECK(strict::alternatives({"one"}) == "one");
  CHECK(strict::alternatives({"one", "two"}) == "one or two");
  CHECK(strict::Path{}("a/b") == "a/b");
  CHECK(error_message([] { strict::Path{}(""); }) == "expected a path, found ''");
  const strict::ListOf list{strict::Whole{0, 9}};
  CHECK(list("7") == std::vector<Index>{7});
  CHECK(list("1,2,3") == std::vector<Index>{1, 2, 3});
  for (const char* text : {"", "1,", ",1", "1,,2", "1;2"}) {
    CHECK(error_message([&] { list(text); }).starts_with("expected a whole number"));
  }
  CHECK(strict::parts("", ' ') == std::vector<std::string>{""});
}
