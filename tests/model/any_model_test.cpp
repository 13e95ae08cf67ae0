#include <tweed/model/any_inference.hpp>
#include <tweed/model/predict.hpp>
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
  for (std::size_t i = 0; i <= Net::depth; ++i) CHECK(any.network().shapes()[i] == Net::shapes[i]);
  CHECK(any.network().stages().size() == stage_count<Net>);
  for (const Index count : {0, 1, 7, 30}) {
    for (const int threads : {1, 2, 3}) {
      const auto x = tests::numbers<float>(count * Net::input.size(), 11);
      const Batch<const float> batch{x.data(), count, Net::input};
      const PredictOptions options{.batch_size = 16, .threads = threads};
      CHECK(predict_logits(any, batch, options) == predict_logits(model, batch, options));
      for (const Index batch_size : {1, 4}) {
        const PreparedAnyModel prepared_any(any, batch_size, threads);
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
  AnyInference infer(model, 2, 1);
  const std::vector<float> numbers(6, 1.0F);
  CHECK(infer(copy, {numbers.data(), 2, {1, 1, 1}}).count == 2);
  CHECK(error_message([&] {
          infer(model, {numbers.data(), 3, {1, 1, 1}});
        }) == "AnyInference: it was made for batches of up to 2 samples, this one has 3");
  CHECK(error_message([&] {
          infer(model, {numbers.data(), 1, {1, 1, 2}});
        }) == "AnyInference: the network takes samples of 1, these are 2");
  CHECK(error_message([&] {
          infer(other, {numbers.data(), 1, {1, 1, 1}});
        }) == "AnyInference: it was made for another network");
}

TEST_CASE("an inference is for a prepared model or for one as it is") {
  const AnyModel model = any_copy(Model<Dots>{2});
  const PreparedAnyModel prepared(model, 2);
  const std::vector<float> numbers(2, 1.0F);
  const Batch<const float> x{numbers.data(), 2, {1, 1, 1}};
  AnyInference plain(model, 2, 1);
  AnyInference infer(prepared, 1);
  CHECK(infer(prepared, x).count == 2);
  CHECK(error_message([&] { infer(model, x); }) ==
        "AnyInference: it was made for a prepared model, make one for this model");
  CHECK(error_message([&] { plain(prepared, x); }) ==
        "AnyInference: it was not made for a model prepared for batches of up to 2 samples, make "
        "one from it");
  CHECK(error_message([&] { infer(PreparedAnyModel(any_copy(Model<Dots>{2}), 2), x); }) ==
        "AnyInference: it was made for another network");
}

TEST_CASE("layers that do not fit are refused") {
  const Shape image{8, 8, 3};
  const auto conv = [](Conv2DSettings settings) { return any::Conv2D{.settings = settings}; };
  CHECK(network_error(image, {}) == "network: expected at least one layer, found none");
  CHECK(network_error(image, {any::Dense{.settings = {.units = 2}}}) ==
        "network: dense_1 cannot take 8x8x3: its input is an image, without a flatten before");
  CHECK(network_error({1, 1, 8}, {any::Dense{}}) ==
        "network: dense_1 cannot take 8: its units are not positive");
  CHECK(network_error(image, {conv({.filters = 1})}) ==
        "network: conv2d_1 cannot take 8x8x3: its settings are not all positive");
  CHECK(network_error(image, {conv({.filters = 4, .groups = 2, .sliding = {.kernel = 3}})}) ==
        "network: conv2d_1 cannot take 8x8x3: its groups do not divide its channels and filters");
  CHECK(network_error(image, {conv({.filters = 4, .groups = 3, .sliding = {.kernel = 3}})}) ==
        "network: conv2d_1 cannot take 8x8x3: its groups do not divide its channels and filters");
  CHECK(network_error(image, {any::ReLU{},
                              conv({.filters = 1,
                                    .sliding = {.kernel = {9, 1}, .padding = Padding::valid}})}) ==
        "network: conv2d_1 cannot take 8x8x3: its kernel is larger than the input");
  for (const Padding& padding : {Padding{5, 0}, Padding{0, 3}, Padding{-1, 0}}) {
    CHECK(network_error(
              image, {conv({.filters = 1,
                            .sliding = {.kernel = 3, .dilation = {2, 1}, .padding = padding}})}) ==
          "network: conv2d_1 cannot take 8x8x3: its padding is negative or not smaller than its "
          "kernel, dilation included");
  }
  CHECK(network_error(image, {conv({.filters = 4,
                                    .sliding = {.kernel = 3, .algorithm = Algorithm::grouped}})}) ==
        "network: conv2d_1 cannot take 8x8x3: its algorithm cannot do its kernel, stride, dilation "
        "or groups");
  CHECK(network_error(image, {any::DepthwiseConv2D{.settings = {.multiplier = 0}}}) ==
        "network: depthwise_conv2d_1 cannot take 8x8x3: its settings are not all positive");
  CHECK(network_error(image, {any::MaxPool{.settings = {.window = {0, 1}}}}) ==
        "network: max_pool_1 cannot take 8x8x3: its window and stride are not all positive");
  CHECK(network_error(image, {any::MaxPool{.settings = {.window = {1, 9}}}}) ==
        "network: max_pool_1 cannot take 8x8x3: its window is larger than the input");
  CHECK(network_error(image, {any::MaxPool{.settings = {.window = 3, .padding = {0, 2}}}}) ==
        "network: max_pool_1 cannot take 8x8x3: its padding is negative or more than half of its "
        "window");
  CHECK(network_error(image, {any::Dropout{.settings = {.rate = 1.0}}}) ==
        "network: dropout_1 cannot take 8x8x3: its rate does not lie in [0, 1)");
}

TEST_CASE("a batch that no memory holds is refused before its memory is planned") {
  const Shape image{1 << 13, 1 << 13, 1};
  const any::Conv2D layer{.settings = {.filters = 4, .sliding = {.kernel = 31}}};
  const AnyModel model{AnyNetwork(image, {layer})};
  for (const Index batch_size : {Index{-1}, Index{4097}, Index{1} << 40}) {
    const std::string expected = ": batch_size is " + std::to_string(batch_size) +
                                 ", it must be at least 1 and at most 4096";
    CHECK(error_message([&] { AnyInference(model, batch_size, 1); }) == "AnyInference" + expected);
    CHECK(error_message([&] { PreparedAnyModel(model, batch_size, 1); }) ==
          "PreparedAnyModel" + expected);
  }
}

TEST_CASE("an AnyModel that was moved from has no weights, and says so") {
  AnyModel model = any_copy(Model<Dots>{2});
  AnyInference infer(model, 1, 1);
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
  CHECK(network_error({huge, huge, huge}, {any::ReLU{}}) ==
        "network: the input has the shape 1073741824x1073741824x1073741824; expected 1 to 2^28 "
        "numbers");
  CHECK(network_error({8, 8, 0}, {any::ReLU{}}) ==
        "network: the input has the shape 8x8x0; expected 1 to 2^28 numbers");
  CHECK(network_error({1, 1, 8}, {any::Dense{.settings = {.units = huge}}}) ==
        "network: the output of dense_1 has the shape 1x1x1073741824; expected 1 to 2^28 numbers");
  CHECK(network_error({1, 1, huge / 8}, {any::Dense{.settings = {.units = huge / 8}}}) ==
        "network: the weights of dense_1 are too many");
  CHECK(network_error({8, 8, 1},
                      {any::Conv2D{.settings = {.filters = huge, .sliding = {.kernel = huge}}}}) ==
        "network: conv2d_1 cannot take 8x8x1: it is too large");
}
