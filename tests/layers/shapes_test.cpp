#include <tweed/layers/channel_shuffle.hpp>
#include <tweed/layers/channel_slice.hpp>
#include <tweed/layers/crop.hpp>
#include <tweed/layers/pixel_shuffle.hpp>
#include <tweed/layers/reshape.hpp>
#include <tweed/layers/zero_pad.hpp>
#include <support/layer_run.hpp>

#include <vector>

using namespace tweed;

// Layers that only put numbers elsewhere.

namespace {

constexpr Index nowhere = -1;

/// Where in a sample of x number (row, column, c) of y comes from.
using Source = Index (*)(Index row, Index column, Index c);

/// The place in x of each number of y, or `nowhere` of zeros.
std::vector<Index> sources(const Shape& input, const Shape& output, Index batch, Source source) {
  std::vector<Index> result;
  for (Index n = 0; n < batch; ++n) {
    for (Index row = 0; row < output.height; ++row) {
      for (Index column = 0; column < output.width; ++column) {
        for (Index c = 0; c < output.channels; ++c) {
          const Index from = source(row, column, c);
          result.push_back(from == nowhere ? nowhere : n * input.size() + from);
        }
      }
    }
  }
  return result;
}

template <class L, class T>
void check(const Shape& input, const Shape& output, Source source) {
  CAPTURE(std::string(LayerClass<L>::name));
  REQUIRE(ValueOf<L>::value.fit(input).output == output);
  for (const Index batch : {1, 3}) {
    const auto x = tests::numbers<T>(batch * input.size(), tests::input_stream);
    const auto dy = tests::numbers<T>(batch * output.size(), tests::output_gradient_stream);
    std::vector<T> y;
    std::vector<T> dx(x.size());
    for (const Index from : sources(input, output, batch, source)) {
      const bool is_zero = from == nowhere;
      if (!is_zero) dx[static_cast<std::size_t>(from)] = dy[y.size()];
      y.push_back(is_zero ? T{} : x[static_cast<std::size_t>(from)]);
    }
    for (const int threads : {1, 2, 3, 8}) {
      const auto result = tests::run_layer<L, T>(input, {.batch = batch, .threads = threads});
      CHECK(tests::same_bits(result.y, y));
      CHECK(tests::same_bits(result.inferred, y));
      CHECK(tests::same_bits(result.dx, dx));
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("shapes: each number is where it should be", T, float, double) {
  check<ZeroPad<Padding{1, 0, 2, 1}>, T>({2, 3, 5}, {3, 6, 5}, [](Index i, Index j, Index c) {
    const bool is_zero = i < 1 || j < 2 || j > 4;
    return is_zero ? nowhere : ((i - 1) * 3 + j - 2) * 5 + c;
  });
  check<Crop<Padding{1, 0, 2, 1}>, T>({3, 6, 5}, {2, 3, 5}, [](Index i, Index j, Index c) {
    return ((i + 1) * 6 + j + 2) * 5 + c;
  });
  check<ChannelSlice<4, 3>, T>({3, 5, 11}, {3, 5, 3},
                               [](Index i, Index j, Index c) { return (i * 5 + j) * 11 + 4 + c; });
  check<ChannelShuffle<3>, T>({5, 1, 21}, {5, 1, 21}, [](Index i, Index j, Index c) {
    return (i + j) * 21 + c % 3 * 7 + c / 3;
  });
  check<PixelShuffle<2>, T>({3, 1, 20}, {6, 2, 5}, [](Index i, Index j, Index c) {
    return (i / 2 + j / 2) * 20 + c * 4 + i % 2 * 2 + j % 2;
  });
  check<Reshape<2, 3, 5>, T>({1, 1, 30}, {2, 3, 5},
                             [](Index i, Index j, Index c) { return (i * 3 + j) * 5 + c; });
}

TEST_CASE("shapes: what cannot be is refused") {
  const Shape input{4, 5, 6};
  using ZeroPadWhy = ZeroPadLayer::Why;
  constexpr auto no_zeros =
      ZeroPadWhy::its_padding_must_be_numbers_of_zeros_on_each_side_at_least_0;
  CHECK(ZeroPadLayer{}.fit(input).why == ZeroPadWhy::fits);
  CHECK(ZeroPadLayer{Padding::same}.fit(input).why == no_zeros);
  CHECK(ZeroPadLayer{{0, 0, -1, 0}}.fit(input).why == no_zeros);

  using CropWhy = CropLayer::Why;
  CHECK(CropLayer{{1, 2, 2, 2}}.fit(input).why == CropWhy::fits);
  CHECK(CropLayer{{2, 2, 0, 0}}.fit(input).why ==
        CropWhy::it_leaves_nothing_of_the_image_cut_off_less);
  CHECK(CropLayer{-1}.fit(input).why ==
        CropWhy::its_sides_must_be_numbers_of_rows_and_columns_at_least_0);

  using SliceWhy = ChannelSliceLayer::Why;
  constexpr auto outside = SliceWhy::its_channels_must_lie_within_those_of_the_input;
  constexpr auto nothing = SliceWhy::its_count_must_be_positive_and_its_first_channel_at_least_0;
  CHECK(ChannelSliceLayer{.first = 5, .count = 1}.fit(input).why == SliceWhy::fits);
  CHECK(ChannelSliceLayer{.first = 5, .count = 2}.fit(input).why == outside);
  CHECK(ChannelSliceLayer{.first = 6, .count = 1}.fit(input).why == outside);
  CHECK(ChannelSliceLayer{.first = 0, .count = 0}.fit(input).why == nothing);
  CHECK(ChannelSliceLayer{.first = -1, .count = 2}.fit(input).why == nothing);

  using ShuffleWhy = ChannelShuffleLayer::Why;
  CHECK(ChannelShuffleLayer{3}.fit(input).why == ShuffleWhy::fits);
  CHECK(ChannelShuffleLayer{4}.fit(input).why ==
        ShuffleWhy::channels_do_not_divide_into_the_groups);
  CHECK(ChannelShuffleLayer{}.fit(input).why == ShuffleWhy::its_groups_must_be_positive);

  using PixelWhy = PixelShuffleLayer::Why;
  constexpr auto no_multiple = PixelWhy::the_channels_must_be_a_multiple_of_the_factor_squared;
  CHECK(PixelShuffleLayer{1}.fit(input).why == PixelWhy::fits);
  CHECK(PixelShuffleLayer{2}.fit(input).why == no_multiple);
  CHECK(PixelShuffleLayer{2}.fit({4, 5, 9}).why == no_multiple);
  CHECK(PixelShuffleLayer{}.fit(input).why == PixelWhy::its_factor_must_be_positive);

  using ReshapeWhy = ReshapeLayer::Why;
  CHECK(ReshapeLayer{{5, 4, 6}}.fit(input).why == ReshapeWhy::fits);
  CHECK(ReshapeLayer{{5, 4, 5}}.fit(input).why ==
        ReshapeWhy::its_shape_must_have_as_many_numbers_as_the_input);
  CHECK(ReshapeLayer{{Index{1} << 40, Index{1} << 40, 6}}.fit(input).why ==
        ReshapeWhy::its_shape_must_have_as_many_numbers_as_the_input);
  CHECK(ReshapeLayer{}.fit(input).why == ReshapeWhy::its_sizes_must_all_be_positive);
}

TEST_CASE("shapes: they describe themselves") {
  CHECK(ZeroPad<1>::value.describe() == "1");
  CHECK(ZeroPad<Padding{1, 2}>::value.describe() == "1,1,2,2");
  CHECK(Crop<Padding{0, 1, 0, 1}>::value.describe() == "0,1,0,1");
  CHECK(ChannelSlice<24, 24>::value.describe() == "24 to 47");
  CHECK(ChannelShuffle<2>::value.describe() == "2");
  CHECK(PixelShuffle<2>::value.describe() == "2");
  CHECK(Reshape<7, 7, 64>::value.describe() == "7x7x64");
  CHECK(Reshape<3136>::value.describe() == "3136");
}
