#include <tweed/core/callback.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <utility>

using tweed::Callback;

TEST_CASE("a callback holds what can be called, or nothing") {
  const Callback<int(int)> nothing;
  CHECK_FALSE(nothing);
  CHECK_FALSE(Callback<int(int)>(std::function<int(int)>()));
  CHECK_FALSE(Callback<int(int)>(static_cast<int (*)(int)>(nullptr)));

  const Callback<int(int)> doubled = [](int number) { return 2 * number; };
  CHECK(doubled);
  CHECK(doubled(21) == 42);
  CHECK(Callback<double(const int&)>([](int number) { return number + 1; })(1) == 2.0);

  int seen = 0;
  const Callback<void(int&)> changes = [&](int& number) { seen = number++; };
  int number = 5;
  changes(number);
  CHECK(seen == 5);
  CHECK(number == 6);
}

TEST_CASE("a copy of a callback has a copy of what it holds") {
  Callback<int()> counter = [count = 0]() mutable { return ++count; };
  CHECK(counter() == 1);
  Callback<int()> copy = counter;
  CHECK(copy() == 2);
  CHECK(copy() == 3);
  CHECK(counter() == 2);
  counter = copy;
  CHECK(counter() == 4);
  CHECK(copy() == 4);
  const Callback<int()> moved = std::move(copy);
  CHECK(moved() == 5);
  CHECK_FALSE(copy);
  counter = {};
  CHECK_FALSE(counter);
}

TEST_CASE("what cannot be called with the arguments is no callback") {
  static_assert(!std::is_constructible_v<Callback<int(int)>, int>);
  static_assert(!std::is_constructible_v<Callback<int(int)>, int (*)(int*)>);
  static_assert(std::is_constructible_v<Callback<void(int)>, int (*)(int)>);
}
