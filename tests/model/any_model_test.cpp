#include <tweed/model/any_network.hpp>
#include <tweed/model/program.hpp>
#include <tweed/tweed.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

template <class Net>
AnyModel any_copy(const Model<Net>& model) {
  AnyModel copy{any_network<Net>()};
  const auto from = model.tensors();
  const auto to = copy.tensors();
  REQUIRE(from.size() == to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    REQUIRE(from[i].name == to[i].name);
    REQUIRE(from[i].dims == to[i].dims);
    std::ranges::copy(from[i].values, to[i].values.begin());
  }
  return copy;
}

/// Networks that fold in each way that there is, and some that do not.
using Reference = Sequential<Input<28, 28, 1>, Conv2D<32, 5>, ReLU, MaxPool<2>, Conv2D<64, 5>, ReLU,
                             MaxPool<2>, Dropout<0.25>, Conv2D<128, 5>, ReLU, MaxPool<2>,
                             Dropout<0.25>, Flatten, Dense<32>, ReLU, Dropout<0.4>, Dense<10>>;
using Winograd = Sequential<Input<13, 11, 16>, Conv2D<19, 3>, Conv2D<17, 3, Algorithm::winograd4>,
                            ReLU, ReLU, MaxPool<3, Stride{2}, Padding::same>, ReLU, MaxPool<2>,
                            Conv2D<5, Window{1, 3}, Stride{1, 2}, Padding::valid>, MaxPool<1>>;
using Dots = Sequential<Input<1>, Dense<1>, ReLU, ReLU, Dense<3>, Dropout<0.5>, ReLU>;
using InPlaceFirst = Sequential<Input<2, 3, 2>, Dropout<0.5>, ReLU, Flatten, Dense<7>>;
using Grouped = Sequential<Input<9, 10, 6>, DepthwiseConv2D<3, Multiplier{2}>, ReLU, MaxPool<2>,
                           Conv2D<8, 3, Groups{4}, Dilation{2}>, ReLU, Conv2D<5, 1>,
                           DepthwiseConv2D<2, Stride{2}, Padding::valid>>;
using OneChannel = Sequential<Input<5, 6, 1>, DepthwiseConv2D<3>, ReLU,
                              Conv2D<32, 3, Dilation{1, 2}>, Conv2D<64, 3, Groups{2}>>;
using LargePool = Sequential<Input<20, 20, 1>, Conv2D<2, 3>, ReLU, MaxPool<Window{17, 16}>>;

template <class Net>
void check_equal() {
  Model<Net> model{3};
  for (const auto& tensor : model.tensors()) {
    if (tensor.dims.size() == 1)
      std::ranges::copy(tests::numbers<float>(std::ssize(tensor.values), 7, 0.1),
                        tensor.values.begin());
  }
  const AnyModel any = any_copy(model);
  CHECK(std::ranges::equal(any.graph().shapes, Net::graph.shapes));
  CHECK(any.layout().size() == model.layout().size());
  CHECK(TrainingPass(any, 1).folded().view().nodes.size() ==
        TrainingPass<Net>(1).folded().view().nodes.size());
  for (const Index count : {0, 1, 7, 30}) {
    for (const int threads : {1, 2, 3}) {
      const auto x = tests::numbers<float>(count * Net::input.size(), 11);
      const Batch<const float> batch{x.data(), count, Net::input};
      const PredictOptions options{.batch_size = 16, .threads = threads};
      CHECK(predict_logits(any, batch, options) == predict_logits(model, batch, options));
      for (const Index batch_size : {1, 4}) {
        const PreparedModel prepared_any(any, batch_size, threads);
        const PreparedModel prepared(model, batch_size, threads);
        CHECK(prepared_any.bytes() == prepared.bytes());
        CHECK(predict_logits(prepared_any, batch, options) ==
              predict_logits(prepared, batch, options));
      }
    }
  }
}

std::string network_error(const Shape& input, std::vector<AnyLayer> layers) {
  return error_message([&] { AnyNetwork(input, std::move(layers)); });
}

}  // namespace

TEST_CASE_TEMPLATE("a network known at run time computes what its type does, to the bit", Net,
                   Reference, Winograd, Dots, InPlaceFirst, Grouped, OneChannel, LargePool) {
  check_equal<Net>();
}

TEST_CASE("classes and probabilities of a data set are those of the type, too") {
  const Model<Dots> model{2};
  const AnyModel any = any_copy(model);
  Dataset<> data;
  data.shape = {1, 1, 1};
  data.images = {0, 100, 255, 3, 90};
  data.labels = {0, 1, 2, 0, 1};
  CHECK(predict_classes(any, data) == predict_classes(model, data));
  CHECK(predict_probabilities(any, data) == predict_probabilities(model, data));
  data.labels[4] = 3;
  CHECK(error_message([&] { predict_classes(any, data); }) ==
        "data set: the label of sample 4 is 3, the network has classes 0 to 2");
}

TEST_CASE("an inference takes batches that fit, of its own network") {
  const AnyModel model = any_copy(Model<Dots>{2});
  const AnyModel copy = model;
  const AnyModel other = any_copy(Model<Dots>{2});
  Inference infer(model, 2, 1);
  const std::vector<float> numbers(6, 1.0F);
  CHECK(infer(copy, {numbers.data(), 2, {1, 1, 1}}).count == 2);
  CHECK(error_message([&] {
          infer(model, {numbers.data(), 3, {1, 1, 1}});
        }) == "Inference: it was made for batches of up to 2 samples, this one has 3");
  CHECK(error_message([&] {
          infer(model, {numbers.data(), 1, {1, 1, 2}});
        }) == "Inference: the network takes samples of 1, these are 2");
  CHECK(error_message([&] {
          infer(other, {numbers.data(), 1, {1, 1, 1}});
        }) == "Inference: it was made for another network");
}

TEST_CASE("an inference is for a prepared model or for one as it is") {
  const AnyModel model = any_copy(Model<Dots>{2});
  const PreparedModel prepared(model, 2);
  const std::vector<float> numbers(2, 1.0F);
  const Batch<const float> x{numbers.data(), 2, {1, 1, 1}};
  Inference plain(model, 2, 1);
  Inference infer(prepared, 1);
  CHECK(infer(prepared, x).count == 2);
  CHECK(error_message([&] { infer(model, x); }) ==
        "Inference: it was made for a prepared model, make one for this model");
  CHECK(error_message([&] { plain(prepared, x); }) ==
        "Inference: it was not made for a model prepared for batches of up to 2 samples, make "
        "one from it");
  CHECK(error_message([&] { infer(PreparedModel(any_copy(Model<Dots>{2}), 2), x); }) ==
        "Inference: it was made for another network");
}

TEST_CASE("layers that do not fit are refused") {
  const Shape image{8, 8, 3};
  const auto refusal = [&](const AnyLayer& layer) { return network_error(image, {layer}); };
  CHECK(network_error(image, {}) == "network: expected at least one layer, found none");
  CHECK(refusal(DenseLayer{.units = 2}) ==
        "network: layer 1 (dense) cannot take 8x8x3: input is an image put Flatten before");
  CHECK(network_error({1, 1, 8}, {DenseLayer{}}) ==
        "network: layer 1 (dense) cannot take 8: its units must be positive");
  CHECK(refusal(Conv2DLayer{.filters = 1}) ==
        "network: layer 1 (conv2d) cannot take 8x8x3: its settings must all be positive");
  CHECK(refusal(Conv2DLayer{.filters = 4, .kernel = 3, .groups = 2}) ==
        "network: layer 1 (conv2d) cannot take 8x8x3: channels do not divide into the groups");
  CHECK(refusal(Conv2DLayer{.filters = 4, .kernel = 3, .groups = 3}) ==
        "network: layer 1 (conv2d) cannot take 8x8x3: filters do not divide into the groups");
  CHECK(network_error(
            image,
            {ReLU{}, Conv2DLayer{.filters = 1, .kernel = {9, 1}, .padding = Padding::valid}}) ==
        "network: layer 2 (conv2d) cannot take 8x8x3: kernel is larger than the input shrink it or "
        "use Padding same");
  for (const Padding& padding : {Padding{5, 0}, Padding{0, 3}, Padding{-1, 0}}) {
    CHECK(refusal(Conv2DLayer{.filters = 1, .kernel = 3, .dilation = {2, 1}, .padding = padding}) ==
          "network: layer 1 (conv2d) cannot take 8x8x3: its padding must not be negative and be "
          "smaller than the kernel dilation included");
  }
  CHECK(refusal(Conv2DLayer{.filters = 4, .kernel = 3, .algorithm = Algorithm::grouped}) ==
        "network: layer 1 (conv2d) cannot take 8x8x3: its algorithm cannot do this kernel stride "
        "dilation or these groups");
  CHECK(refusal(DepthwiseConv2DLayer{.kernel = 3, .multiplier = 0}) ==
        "network: layer 1 (depthwise_conv2d) cannot take 8x8x3: its settings must all be positive");
  CHECK(refusal(MaxPoolLayer{.window = {0, 1}}) ==
        "network: layer 1 (max_pool) cannot take 8x8x3: its window and stride must be positive");
  CHECK(refusal(MaxPoolLayer{.window = {1, 9}}) ==
        "network: layer 1 (max_pool) cannot take 8x8x3: window is larger than the input shrink it "
        "or use Padding same");
  CHECK(refusal(MaxPoolLayer{.window = 3, .padding = {0, 2}}) ==
        "network: layer 1 (max_pool) cannot take 8x8x3: its padding must be at least 0 and at most "
        "half of the window");
  CHECK(refusal(DropoutLayer{.rate = 1.0}) ==
        "network: layer 1 (dropout) cannot take 8x8x3: its rate must lie in 0 to 1 without 1");
}

TEST_CASE("a batch that no memory holds is refused before its memory is planned") {
  const Shape image{1 << 13, 1 << 13, 1};
  const AnyModel model{AnyNetwork(image, {Conv2DLayer{.filters = 4, .kernel = 31}})};
  for (const Index batch_size : {Index{-1}, Index{4097}, Index{1} << 40}) {
    const std::string expected = ": batch_size is " + std::to_string(batch_size) +
                                 ", it must be at least 1 and at most 4096";
    CHECK(error_message([&] { Inference(model, batch_size, 1); }) == "Inference" + expected);
    CHECK(error_message([&] { PreparedModel(model, batch_size, 1); }) ==
          "PreparedModel" + expected);
  }
}

TEST_CASE("an AnyModel that was moved from has no weights, and says so") {
  AnyModel model = any_copy(Model<Dots>{2});
  Inference infer(model, 1, 1);
  const AnyModel moved = std::move(model);
  const float x = 1.0F;
  CHECK(infer(moved, {&x, 1, {1, 1, 1}}).count == 1);
  CHECK(model.input_shape() == Shape{1, 1, 1});
  const std::string expected =
      "model: its weights are missing, there are 0 numbers; was it moved from?";
  CHECK(error_message([&] { infer(model, {&x, 1, {1, 1, 1}}); }) == expected);
  CHECK(error_message([&] { model.tensors(); }) == expected);
}

TEST_CASE("sizes that no memory holds are refused before they are multiplied") {
  constexpr Index huge = Index{1} << 30;
  CHECK(network_error({huge, huge, huge}, {ReLU{}}) ==
        "network: the input has the shape 1073741824x1073741824x1073741824; expected 1 to 2^28 "
        "numbers");
  CHECK(network_error({8, 8, 0}, {ReLU{}}) ==
        "network: the input has the shape 8x8x0; expected 1 to 2^28 numbers");
  CHECK(network_error({1, 1, 8}, {DenseLayer{.units = huge}}) ==
        "network: the output of layer 1 (dense) has the shape 1x1x1073741824; expected 1 to 2^28 "
        "numbers");
  CHECK(network_error({1, 1, huge / 8}, {DenseLayer{.units = huge / 8}}) ==
        "network: the weights of layer 1 (dense) are too many");
  CHECK(network_error({8, 8, 1}, {Conv2DLayer{.filters = huge, .kernel = huge}}) ==
        "network: layer 1 (conv2d) cannot take 8x8x1: it is too large");
}
