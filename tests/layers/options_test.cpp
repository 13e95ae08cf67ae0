#include <tweed/core/window.hpp>
#include <tweed/layers/options.hpp>

#include <doctest/doctest.h>

using namespace tweed;

TEST_CASE("options: the one that is given, in any place, or the fallback") {
  CHECK(detail::option_or<Padding>(Padding::same) == Padding::same);
  CHECK(detail::option_or<Padding, Padding::valid>(Padding::same) == Padding::valid);
  CHECK(detail::option_or<Padding, Stride{3}, Padding::valid>(Padding::same) == Padding::valid);
  CHECK(detail::option_or<Stride, Padding::valid, Stride{2, 3}>(Stride{1}).width == 3);
}

TEST_CASE("options: only known ones, each at most once") {
  using Known = detail::OptionTypes<Stride, Padding>;
  CHECK(Known::accept<>());
  CHECK(Known::accept<Stride{2}>());
  CHECK(Known::accept<Padding::same, Stride{2}>());
  CHECK_FALSE(Known::accept<Stride{2}, Stride{2}>());
  CHECK_FALSE(Known::accept<2>());
  CHECK_FALSE(Known::accept<Stride{2}, Window{2}>());
}
