#include <tweed/model/any_network.hpp>
#include <tweed/model/prepared_model.hpp>
#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;
using tests::same_bits;

namespace {

/// An image for an image.
template <Index height, Index width>
using FullyConvolutional =
    Sequential<Input<height, width, 3>, Conv2D<8, 3, NoBias{}>, BatchNorm<>, ReLU, MaxPool<2>,
               Residual<Conv2D<8, 3>, ReLU>, ConvTranspose2D<5, 2, Stride{2}>, ReLU, Conv2D<2, 1>>;

/// A number of classes for an image of any size.
template <Index height, Index width>
using Pooled = Sequential<Input<height, width, 3>, Conv2D<7, 3, Stride{2}>, GroupNorm<7>, SiLU,
                          DepthwiseConv2D<3>, GlobalAveragePool, Dense<4>>;

template <class M>
std::vector<float> outputs_of(const M& model) {
  const auto pixels = tests::numbers<float>(3 * model.input_shape().size(), 5);
  return predict_logits(model, Batch<const float>{pixels.data(), 3, model.input_shape()});
}

/// Models of both doors for a small and a large image.
template <class Small, class Large>
void check_resized() {
  const Model<Small> small{3};
  AnyModel any{any_network<Small>()};
  copy_values(small, any);
  const AnyModel resized = any.resized(Large::input);
  CHECK(resized.input_shape() == Large::input);
  CHECK(resized.output_shape() == Large::output);
  CHECK(same_bits(resized.values(), small.values()));
  CHECK(any.input_shape() == Small::input);

  Model<Large> large{8};
  copy_values(small, large);
  CHECK(same_bits(outputs_of(resized), outputs_of(large)));
  CHECK(same_bits(outputs_of(PreparedModel(resized, 3)), outputs_of(PreparedModel(large, 3))));
  const AnyModel back = resized.resized(Small::input);
  CHECK(same_bits(outputs_of(back), outputs_of(small)));
}

/// Steps on samples of the model's size, whose numbers are those of `stream`.
template <class Trainer>
void train(Trainer& trainer, const Shape& input, std::uint32_t stream) {
  const std::array<Label, 2> labels{0, 3};
  for (std::uint32_t step = 0; step < 3; ++step) {
    const auto pixels = tests::numbers<float>(2 * input.size(), stream + step);
    trainer.step(Batch<const float>{pixels.data(), 2, input}, labels);
  }
}

/// A training on small images that goes on with large ones.
template <class SmallModel, class LargeModel>
void train_both(SmallModel& small, LargeModel& large) {
  const TrainerOptions options{.batch_size = 2, .threads = 2};
  Trainer first(small, SoftmaxCE{}, Adam{}, options);
  train(first, small.input_shape(), 20);
  std::ranges::copy(small.values(), large.values().begin());
  Trainer second(large, SoftmaxCE{}, Adam{}, options);
  second.resume(first);
  CHECK(second.steps() == 3);
  CHECK(second.state().step == 3);
  CHECK(same_bits(second.state().first_moment.values(), first.state().first_moment.values()));
  train(second, large.input_shape(), 30);
}

}  // namespace

TEST_CASE("a network for images of another size is one that was written for it, to the bit") {
  check_resized<FullyConvolutional<8, 10>, FullyConvolutional<18, 6>>();
  check_resized<Pooled<8, 8>, Pooled<13, 5>>();
  check_resized<Pooled<8, 8>, Pooled<1, 3>>();
}

TEST_CASE("training goes on with images of another size") {
  using Small = Pooled<8, 8>;
  using Large = Pooled<11, 9>;
  Model<Small> small{3};
  Model<Large> large{4};
  AnyModel any{any_network<Small>()};
  copy_values(small, any);
  AnyModel resized = any.resized(Large::input);
  train_both(small, large);
  train_both(any, resized);
  CHECK(same_bits(resized.values(), large.values()));
  CHECK_FALSE(same_bits(resized.values(), any.values()));

  Model<Sequential<Input<8, 8, 3>, Conv2D<4, 3>, GlobalAveragePool>> other;
  Trainer of_other(other, SoftmaxCE{}, Adam{});
  Trainer of_small(small, SoftmaxCE{}, Adam{});
  CHECK(error_message([&] { of_small.resume(of_other); }) ==
        "Trainer: the trainer to go on from has other parameters or other groups");
  CHECK(error_message([&] { copy_values(other, small); }) ==
        "copy_values: the models differ: one has conv2d_1.kernel of 3x3x3x4, the other has "
        "conv2d_1.kernel of 3x3x3x7");
}

TEST_CASE("several inputs get other sizes together; what was built is resized as well") {
  AnyNetwork network;
  const auto a = network.input({4, 6, 2});
  const auto b = network.input({2, 3, 5});
  const auto up = network.add(ConvTranspose2DLayer{.filters = 3, .kernel = 2, .stride = 2}, {b});
  network.add(ConcatLayer{}, {a, up});
  const AnyNetwork resized = network.resized(std::array<Shape, 2>{{{10, 2, 2}, {5, 1, 5}}});
  CHECK(resized.graph().output() == Shape{10, 2, 5});
  CHECK(network.graph().output() == Shape{4, 6, 5});
  CHECK(error_message([&] {
          network.resized({10, 2, 2});
        }) == "network: it has 2 inputs, got the shapes of 1");
  CHECK(error_message([&] {
          network.resized(std::array<Shape, 2>{{{9, 2, 2}, {5, 1, 5}}});
        }).starts_with("network: layer 2 (concat) cannot take 9x2x2 and 10x2x3: "));
}

TEST_CASE("what does not fit another size is refused by name, with the reason") {
  const AnyModel model(AnyNetwork(
      {8, 8, 1}, {Conv2DLayer{.filters = 4, .kernel = 3}, MaxPoolLayer{.window = 2, .stride = 2},
                  Flatten{}, DenseLayer{.units = 3}}));
  const auto error = [&](const Shape& shape) {
    return error_message([&] { model.resized(shape); });
  };
  CHECK(error({8, 8, 1}).empty());
  CHECK(error({9, 9, 1}).empty());  // the pool leaves as much
  CHECK(error({10, 8, 1}) ==
        "network: layer 4 (dense) cannot take 80 instead of 64: its kernel would be 80x3 instead "
        "of 64x3; a global pool before it makes it fit any size");
  CHECK(error({8, 8, 2}) ==
        "network: layer 1 (conv2d) cannot take 8x8x2 instead of 8x8x1: its kernel would be "
        "3x3x2x4 instead of 3x3x1x4");
  CHECK(error({1, 8, 1}) ==
        "network: layer 2 (max_pool) cannot take 1x8x4: window is larger than the input shrink it "
        "or use Padding same");
  CHECK(error({0, 8, 1}) == "network: the input has the shape 0x8x1; expected 1 to 2^28 numbers");
}
