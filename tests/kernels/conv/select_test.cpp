#include <tweed/kernels/conv/select.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

using namespace tweed;
using namespace tweed::kernels::conv;

namespace {

constexpr Geometry geometry(Index side, Index channels, Index filters, Index kernel,
                            Index stride = 1) {
  const auto axis = slide(side, kernel, stride, Padding::same.rows);
  return {axis, axis, channels, filters};
}

/// Whether it has a use for a kernel's transform.
bool is_transform(Algorithm algorithm) {
  bool is = false;
  Algorithms::visit(algorithm, [&]<class A>(std::type_identity<A>) {
    is = requires { A::kind(Geometry{}); };
  });
  return is;
}

}  // namespace

TEST_CASE("select: without transforms, images of few channels are convolved directly") {
  for (const Index channels : {1, 3, 8}) {
    CHECK(select(geometry(28, channels, 32, 5, 2), 100) == Algorithm::direct);
  }
  for (const Index channels : {9, 32, 512}) {
    CHECK(select(geometry(28, channels, 64, 5, 2), 100) == Algorithm::indirect);
  }
}

TEST_CASE("select: large kernels over many channels are transformed") {
  for (const Geometry& g : {geometry(14, 32, 64, 5), geometry(7, 64, 128, 5)}) {
    CHECK(select(g, 100) == Algorithm::fft);
  }
}

TEST_CASE("select: no transform where it does not pay or does not work") {
  CHECK_FALSE(is_transform(select(geometry(28, 64, 64, 1), 100)));
  CHECK_FALSE(is_transform(select(geometry(28, 1, 32, 5), 100)));
  CHECK_FALSE(is_transform(select(geometry(28, 64, 64, 5, 2), 100)));
  CHECK_FALSE(is_transform(select(geometry(64, 64, 64, 33), 100)));
  CHECK_FALSE(is_transform(select(geometry(28, 64, 64, 5), 0)));
}

TEST_CASE("select: few channels are transformed where they have too few filters to run directly") {
  const auto axis = slide(14, 5, 1, Padding::valid.rows);
  CHECK(select(Geometry{axis, axis, 6, 16}, 32) == Algorithm::fft);
  CHECK(select(Geometry{axis, axis, 1, 6}, 32) == Algorithm::direct);
}

TEST_CASE("select: small groups run side by side, large ones as products") {
  const auto axis = slide(14, 3, 1, Padding::same.rows);
  for (const Index groups : {128, 8}) {
    CHECK(select(Geometry{axis, axis, 128, 128, groups}, 32) == Algorithm::grouped);
  }
  CHECK(select(Geometry{axis, axis, 128, 128, 2}, 32) == Algorithm::indirect);
}

TEST_CASE("select: gaps between the taps leave patches as a matrix") {
  const auto axis = slide(14, 3, 1, Padding::same.rows, 2);
  for (const Index channels : {1, 64}) {
    CHECK(select(Geometry{axis, axis, channels, 64}, 32) == Algorithm::indirect);
  }
}

TEST_CASE("select: the family of a geometry") {
  CHECK(family_of(geometry(14, 3, 8, 3)) == Family::dense_3x3);
  CHECK(family_of(geometry(14, 3, 8, 5)) == Family::dense);
  CHECK(family_of(geometry(14, 3, 8, 3, 2)) == Family::strided);
  const auto dilated = slide(14, 3, 1, Padding::same.rows, 2);
  CHECK(family_of({dilated, dilated, 3, 8}) == Family::strided);
  CHECK(family_of({dilated, dilated, 3, 3, 3}) == Family::grouped);
}

TEST_CASE("select: what can do a geometry is compiled for its family") {
  const auto check = [&]<Family family>(const Geometry& g) {
    for (const Algorithm algorithm : Algorithms::values) {
      Algorithms::visit(algorithm, [&]<class A>(std::type_identity<A>) {
        CHECK((is_compiled<A, family> || !A::can_run(g)));
      });
    }
  };
  int checked = 0;
  for (const Index kernel : {1, 2, 3, 5, 33}) {
    for (const Index stride : {1, 2}) {
      for (const Index dilation : {1, 3}) {
        for (const Index groups : {1, 4}) {
          for (const bool is_depthwise : {false, true}) {
            const auto axis = slide(9, kernel, stride, Padding::same.rows, dilation);
            const auto column =
                slide(9, kernel == 2 ? 3 : kernel, stride, Padding::same.rows, dilation);
            const Geometry g{axis, column, 4, 4, groups, is_depthwise};
            switch (family_of(g)) {
              case Family::grouped:
                check.operator()<Family::grouped>(g);
                break;
              case Family::strided:
                check.operator()<Family::strided>(g);
                break;
              case Family::dense:
                check.operator()<Family::dense>(g);
                break;
              case Family::dense_3x3:
                check.operator()<Family::dense_3x3>(g);
                break;
              case Family::any:
                FAIL("what is known of a geometry is its family");
            }
            ++checked;
          }
        }
      }
    }
  }
  CHECK(checked == 80);
  CHECK_FALSE((is_compiled<FourierAlgorithm, Family::strided>));
  CHECK_FALSE((is_compiled<GroupedAlgorithm, Family::dense_3x3>));
  CHECK_FALSE((is_compiled<DirectAlgorithm, Family::grouped>));
  CHECK_FALSE((is_compiled<WinogradAlgorithm<4>, Family::dense>));
}

TEST_CASE("select: 3x3 kernels over large images go through Winograd's products") {
  const Algorithm algorithm = select(geometry(56, 64, 64, 3), 32);
  CHECK((algorithm == Algorithm::winograd4 || algorithm == Algorithm::winograd6));
}

TEST_CASE("select: a kernel's transform of many slots pays where many tiles share it") {
  CHECK(select(geometry(7, 64, 128, 5), 32) == Algorithm::fft);
  CHECK(select(geometry(7, 64, 128, 5), 1) != Algorithm::fft);
}

TEST_CASE("select: a prepared transform pays for one image, unless it comes from memory") {
  const Geometry small = geometry(7, 64, 128, 5);
  CHECK(select(small, 1) == Algorithm::indirect);
  CHECK(select(small, 1, Algorithm::automatic, Kernel::prepared) == Algorithm::fft);
  const Geometry large = geometry(7, 512, 512, 3);
  CHECK(select(large, 1, Algorithm::automatic, Kernel::prepared) == Algorithm::indirect);
}

TEST_CASE("select: what is asked for is taken where it works") {
  for (const Algorithm asked :
       {Algorithm::indirect, Algorithm::fft, Algorithm::winograd4, Algorithm::winograd6}) {
    CHECK(select(geometry(14, 3, 8, 3), 4, asked) == asked);
  }
  CHECK(select(geometry(14, 64, 64, 5), 4, Algorithm::direct) == Algorithm::direct);
  const auto strided = geometry(14, 64, 64, 5, 2);
  CHECK(select(strided, 4, Algorithm::fft) == select(strided, 4));
  CHECK(select(geometry(14, 64, 64, 5), 4, Algorithm::winograd4) ==
        select(geometry(14, 64, 64, 5), 4));
}

TEST_CASE("select: each algorithm is known by its name, and no other word") {
  CHECK(algorithm_named("winograd6") == Algorithm::winograd6);
  CHECK(algorithm_named("automatic") == Algorithm::automatic);
  CHECK_FALSE(algorithm_named("winograd").has_value());
  CHECK_FALSE(algorithm_named("").has_value());
  CHECK(kernels::conv::detail::requested_algorithm(nullptr) == Algorithm::automatic);
  CHECK(kernels::conv::detail::requested_algorithm("direct") == Algorithm::direct);
  CHECK(tests::error_message([] { kernels::conv::detail::requested_algorithm("Winograd\n4"); }) ==
        "TWEED_CONV_ALGORITHM is \"Winograd\\x0a4\"; expected one of automatic, indirect, direct, "
        "grouped, fft, winograd4, winograd6");
}

TEST_CASE("select: the estimates of huge batches of huge images are numbers") {
  constexpr Geometry large = geometry(Index{1} << 14, 16, 16, 31);
  constexpr Index batch = Index{1} << 30;
  static_assert(estimated_cost(Algorithm::indirect, large, batch) > 1e22);
  static_assert(estimated_cost(Algorithm::direct, large, batch) > 1e22);
  static_assert(estimated_cost(Algorithm::fft, large, batch) > 1e15);
  constexpr Geometry winograd = geometry(Index{1} << 14, 1, 1, 3);
  static_assert(estimated_cost(Algorithm::winograd4, winograd, batch) > 1e15);
  static_assert(select(winograd, batch) == Algorithm::direct);
}

TEST_CASE("select: one channel is grouped where the layer is depthwise") {
  Geometry g = geometry(9, 1, 1, 3);
  CHECK_FALSE(can_run(Algorithm::grouped, g));
  CHECK(family_of(g) == Family::dense_3x3);
  g.is_depthwise = true;
  CHECK(family_of(g) == Family::grouped);
  for (const Algorithm asked : {Algorithm::direct, Algorithm::fft, Algorithm::winograd4}) {
    CHECK_FALSE(can_run(asked, g));
    CHECK(select(g, 4, asked) == Algorithm::grouped);
  }
}

TEST_CASE("select: says what it takes and why") {
  const std::string text = explain(geometry(14, 32, 64, 5), 100);
  CHECK(text.starts_with("fft; estimates: indirect "));
  CHECK(explain(geometry(28, 1, 32, 5), 100).starts_with("direct; estimates: direct "));
}

TEST_CASE("select: every algorithm has a name") {
  CHECK(name(Algorithm::automatic) == "automatic");
  CHECK(name(Algorithm::indirect) == "indirect");
  CHECK(name(Algorithm::direct) == "direct");
  CHECK(name(Algorithm::grouped) == "grouped");
  CHECK(name(Algorithm::fft) == "fft");
  CHECK(name(Algorithm::winograd4) == "winograd4");
  CHECK(name(Algorithm::winograd6) == "winograd6");
  CHECK(name(static_cast<Algorithm>(99)) == "unknown");
}
