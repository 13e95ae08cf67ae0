#include <tweed/core/enumerator_name.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

enum class Plain { fits, it_is_too_large, last };

template <int size, class T>
struct Nested {
  enum class Why { fits, it_is_too_large };
};

template <class T>
struct Other {
  using Why = Plain;
};

}  // namespace

TEST_CASE("the name of an enumerator, and as words") {
  using tweed::detail::enumerator_name;
  using tweed::detail::enumerator_words;
  CHECK(enumerator_name(Plain::fits) == "fits");
  CHECK(enumerator_name(Plain::last) == "last");
  CHECK(enumerator_words(Plain::it_is_too_large) == "it is too large");
  CHECK(enumerator_words(Other<Nested<3, int>>::Why::it_is_too_large) == "it is too large");
  CHECK(enumerator_words(Plain{3}) == "reason 3");
}

TEST_CASE("the name of an enumerator within a class template, where the compiler has one") {
  const auto words =
      tweed::detail::enumerator_words(Nested<3, Nested<4, int>>::Why::it_is_too_large);
#ifdef __clang__
  CHECK((words == "it is too large" || words == "reason 1"));
#else
  CHECK(words == "it is too large");
#endif
}
