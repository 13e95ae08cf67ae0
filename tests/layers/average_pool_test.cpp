#include <tweed/layers/average_pool.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <support/layer_run.hpp>
#include <support/naive_average_pool.hpp>

#include <vector>

using tests::PoolCase;
using tests::relative_error;
using namespace tweed;

namespace {

template <class T>
void check(const AnyLayerOf<T>& layer, const PoolCase& c, bool counts_padding) {
  CAPTURE(to_string(c));
  const tests::NaiveAveragePool naive(c, counts_padding);
  const auto x = tests::numbers<double>(c.batch * c.input_size(), tests::input_stream);
  const auto dy =
      tests::numbers<double>(c.batch * naive.output_size(), tests::output_gradient_stream);
  const auto result =
      tests::run_layer(layer, {c.height, c.width, c.channels}, {.batch = c.batch, .threads = 2});
  CHECK(relative_error(result.y, naive.forward(x)) < tests::rounding<T>);
  CHECK(tests::same_bits(result.inferred, result.y));
  CHECK(relative_error(result.dx, naive.gradient(dy)) < tests::rounding<T>);
}

template <class L>
void check(PoolCase c, const std::vector<Shape>& inputs, bool counts_padding = false) {
  for (const Shape& input : inputs) {
    for (const Index batch : {1, 3}) {
      c.batch = batch;
      c.height = input.height;
      c.width = input.width;
      c.channels = input.channels;
      check(tests::any_layer<L, float>, c, counts_padding);
      check(tests::any_layer<L, double>, c, counts_padding);
    }
  }
}

}  // namespace

TEST_CASE("AveragePool: the output has a pixel for each place of the window") {
  const auto output = []<class L>(L, const Shape& input) { return L::value.fit(input).output; };
  CHECK(output(AveragePool<2>(), {7, 6, 3}) == Shape{3, 3, 3});
  CHECK(output(AveragePool<2, Padding::same>(), {7, 7, 3}) == Shape{4, 4, 3});
  CHECK(output(AveragePool<Window{1, 3}, Stride{2, 1}>(), {5, 5, 3}) == Shape{3, 3, 3});
  CHECK(output(AveragePool<2, CeilMode{}>(), {7, 6, 3}) == Shape{4, 3, 3});
  CHECK(GlobalAveragePool::fit({5, 4, 3}).output == Shape{1, 1, 3});
}

TEST_CASE("AveragePool: what cannot be is refused") {
  using Why = AveragePoolLayer::Why;
  constexpr auto too_large = Why::window_is_larger_than_the_input_shrink_it_or_use_Padding_same;
  constexpr auto no_size = Why::its_window_and_stride_must_be_positive;
  CHECK(AveragePoolLayer{.window = {2, 3}, .stride = 1}.fit({2, 3, 1}).why == Why::fits);
  CHECK(AveragePoolLayer{.window = {2, 3}, .stride = 1}.fit({1, 3, 1}).why == too_large);
  CHECK(AveragePoolLayer{.window = 2, .stride = 0}.fit({2, 3, 1}).why == no_size);
  CHECK(AveragePoolLayer{}.fit({2, 3, 1}).why == no_size);
  CHECK(AveragePoolLayer{.window = 2, .padding = Padding::same, .ceil_mode = true}
            .fit({2, 3, 1})
            .why == Why::its_ceil_mode_needs_numbers_as_padding_since_same_rounds_up_already);
}

TEST_CASE("AveragePool: describes itself") {
  CHECK(AveragePool<2>::value.describe() == "2x2");
  CHECK(AveragePool<3, Stride{2}, Padding::same>::value.describe() == "3x3 same stride 2x2");
  CHECK(AveragePool<3, CountPadding{}, Padding::same>::value.describe() ==
        "3x3 same counting padding");
  CHECK(AveragePool<3, CeilMode{}, Stride{2}>::value.describe() == "3x3 stride 2x2 ceil mode");
}

TEST_CASE("AveragePool: agrees with the naive one") {
  constexpr auto same = Padding::same;
  check<AveragePool<2>>({.window = 2, .stride = 2}, {{2, 2, 1}, {7, 6, 3}, {4, 5, 17}});
  check<AveragePool<Window{3, 2}, Stride{1, 2}>>({.window = {3, 2}, .stride = {1, 2}},
                                                 {{3, 2, 1}, {7, 9, 5}});
  check<AveragePool<4, Stride{3}, Padding::same>>({.window = 4, .stride = 3, .padding = same},
                                                  {{1, 1, 2}, {3, 2, 5}, {8, 7, 3}});
  check<AveragePool<4, Stride{3}, Padding::same, CountPadding{}>>(
      {.window = 4, .stride = 3, .padding = same}, {{1, 1, 2}, {3, 2, 5}, {8, 7, 3}}, true);
  check<AveragePool<3, Stride{2}, Padding{1}, CountPadding{}, CeilMode{}>>(
      {.window = 3, .stride = 2, .padding = 1, .ceil_mode = true}, {{2, 2, 1}, {8, 7, 3}}, true);
}

TEST_CASE("GlobalAveragePool: an average pool with a window as large as the image") {
  for (const Shape& input : {Shape{1, 1, 3}, Shape{5, 4, 17}, Shape{9, 8, 2}}) {
    const Window window{input.height, input.width};
    const PoolCase c{3, input.height, input.width, input.channels, window, 1};
    check(tests::any_layer<GlobalAveragePool, float>, c, false);
    check(tests::any_layer<GlobalAveragePool, double>, c, false);
  }
}
