#include <tweed/layers/max_pool.hpp>
#include <known_answers/pytorch.hpp>
#include <support/layer_run.hpp>
#include <support/naive_max_pool.hpp>

#include <vector>

using tests::PoolCase;
using tests::relative_error;
using namespace tweed;

namespace {

template <class T>
void check(const AnyLayerOf<T>& layer, const PoolCase& c) {
  CAPTURE(to_string(c));
  const tests::NaiveMaxPool naive(c);
  const auto x = tests::numbers<double>(c.batch * c.input_size(), tests::input_stream);
  const auto dy =
      tests::numbers<double>(c.batch * naive.output_size(), tests::output_gradient_stream);
  const auto result =
      tests::run_layer(layer, {c.height, c.width, c.channels}, {.batch = c.batch, .threads = 2});
  CHECK(relative_error(result.y, naive.forward(x)) == 0.0);
  CHECK(tests::same_bits(result.inferred, result.y));
  CHECK(relative_error(result.dx, naive.gradient(x, dy)) < tests::rounding<T>);
}

template <class L>
void check(PoolCase c, const std::vector<Shape>& inputs) {
  for (const Shape& input : inputs) {
    for (const Index batch : {1, 3}) {
      c.batch = batch;
      c.height = input.height;
      c.width = input.width;
      c.channels = input.channels;
      check(tests::any_layer<L, float>, c);
      check(tests::any_layer<L, double>, c);
    }
  }
}

}  // namespace

TEST_CASE("MaxPool: the output has a pixel for each place of the window") {
  CHECK(MaxPool<2>::value.fit({4, 6, 3}).output == Shape{2, 3, 3});
  CHECK(MaxPool<2>::value.fit({7, 7, 3}).output == Shape{3, 3, 3});
  CHECK(MaxPool<2, Padding::same>::value.fit({7, 7, 3}).output == Shape{4, 4, 3});
  CHECK(MaxPool<3, Stride{2}>::value.fit({7, 8, 3}).output == Shape{3, 3, 3});
  CHECK(MaxPool<Window{1, 3}, Stride{2, 1}>::value.fit({5, 5, 3}).output == Shape{3, 3, 3});
  CHECK(MaxPool<Window{2, 3}>::value.fit({4, 6, 1}).output == Shape{2, 2, 1});
  CHECK(MaxPool<3, Stride{2}, CeilMode{}>::value.fit({7, 8, 3}).output == Shape{3, 4, 3});
  CHECK(MaxPool<3, Stride{2}, CeilMode{}>::value.fit({2, 3, 1}).output == Shape{1, 1, 1});
}

TEST_CASE("MaxPool: a valid window larger than the image is refused") {
  using Layer = MaxPool<Window{2, 3}>;
  CHECK(Layer::value.fit({2, 3, 1}).why == LayerClass<Layer>::Why::fits);
  for (const Shape& input : {Shape{1, 3, 1}, Shape{2, 2, 1}}) {
    CHECK(Layer::value.fit(input).why ==
          LayerClass<Layer>::Why::window_is_larger_than_the_input_shrink_it_or_use_Padding_same);
  }
}

TEST_CASE("MaxPool: a ceil mode that changes nothing is refused") {
  const MaxPoolLayer layer{.window = 3, .padding = Padding::same, .ceil_mode = true};
  CHECK(layer.fit({8, 8, 1}).why ==
        MaxPoolLayer::Why::its_ceil_mode_needs_numbers_as_padding_since_same_rounds_up_already);
}

TEST_CASE("MaxPool: describes itself") {
  CHECK(MaxPool<2>::value.name == "max_pool");
  CHECK(MaxPool<2>::value.describe() == "2x2");
  CHECK(MaxPool<Window{2, 3}>::value.describe() == "2x3");
  CHECK(MaxPool<3, Stride{2}, Padding::same>::value.describe() == "3x3 same stride 2x2");
  CHECK(MaxPool<3, Stride{2}, Padding{1}>::value.describe() == "3x3 padding 1 stride 2x2");
  CHECK(MaxPool<3, CeilMode{}, Stride{2}>::value.describe() == "3x3 stride 2x2 ceil mode");
}

TEST_CASE("MaxPool: agrees with the naive one") {
  check<MaxPool<2>>({.window = 2, .stride = 2}, {{2, 2, 1}, {7, 6, 3}, {4, 5, 17}});
  check<MaxPool<Window{3, 2}, Stride{1, 2}>>({.window = {3, 2}, .stride = {1, 2}},
                                             {{3, 2, 1}, {7, 9, 5}});
  check<MaxPool<4, Stride{3}, Padding::same>>({.window = 4, .stride = 3, .padding = Padding::same},
                                              {{1, 1, 2}, {3, 2, 5}, {8, 7, 3}});
  check<MaxPool<3, Stride{2}, Padding{1, 0, 0, 1}>>(
      {.window = 3, .stride = 2, .padding = {1, 0, 0, 1}}, {{2, 2, 1}, {8, 7, 3}, {5, 6, 17}});
  check<MaxPool<3, Stride{2}, CeilMode{}>>({.window = 3, .stride = 2, .ceil_mode = true},
                                           {{2, 2, 1}, {8, 7, 3}, {7, 8, 17}});
}

TEST_CASE("MaxPool: no window without inputs") {
  constexpr auto is_valid = [](const Padding& padding) {
    return MaxPoolLayer{.window = {2, 5}, .padding = padding}.has_valid_padding();
  };
  CHECK(is_valid({1, 2}));
  CHECK(is_valid(Padding::same));
  CHECK_FALSE(is_valid({2, 0}));
  CHECK_FALSE(is_valid({0, 3}));
  CHECK_FALSE(is_valid({0, 0, 0, -1}));
}

TEST_CASE("MaxPool: gives what PyTorch gives") {
  const auto check_answer = [](const auto& result, const auto& answer) {
    CHECK(tests::fingerprint_error(result.y, answer[0]) < 1e-14);
    CHECK(tests::fingerprint_error(result.dx, answer[1]) < 1e-14);
  };
  check_answer(tests::run_layer<MaxPool<2>, double>({7, 6, 3}), tests::pytorch::max_pool);
  check_answer(tests::run_layer<MaxPool<3, Stride{2}, Padding::same>, double>({5, 7, 3}),
               tests::pytorch::max_pool_same);
}
