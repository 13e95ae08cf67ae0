#include <tweed/model/any_network.hpp>
#include <tweed/training/measure.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>
#include <support/two_heads.hpp>

#include <cmath>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<8, 8, 1>, Conv2D<6, 3>, ReLU, MaxPool<2>, Flatten, Dense<4>>;

const Model<Net> model{7};
const Dataset<> data = tests::bars(23, 8, 4);

/// The images of the data set moved and mirrored, by the definition.
Dataset<> viewed(const TestTimeView& view) {
  Dataset<> result = data;
  for (Index n = 0; n < data.size(); ++n) {
    for (Index y = 0; y < 8; ++y) {
      for (Index x = 0; x < 8; ++x) {
        Index from_y = y - view.down;
        Index from_x = (view.mirrored ? 7 - x : x) - view.right;
        const bool inside = from_y >= 0 && from_y < 8 && from_x >= 0 && from_x < 8;
        if (from_y < 0) from_y = -from_y;
        if (from_y > 7) from_y = 14 - from_y;
        if (from_x < 0) from_x = -from_x;
        if (from_x > 7) from_x = 14 - from_x;
        const bool is_zero = !inside && view.border == Border::zeros;
        const auto pixel = data.images[static_cast<std::size_t>(n * 64 + from_y * 8 + from_x)];
        result.images[static_cast<std::size_t>(n * 64 + y * 8 + x)] =
            is_zero ? std::uint8_t{0} : pixel;
      }
    }
  }
  return result;
}

/// The weighted mean of the logits of each view by itself.
std::vector<double> mean_logits(const TestTimeViews& views) {
  std::vector<double> sum(23 * 4);
  double total = 0.0;
  for (const TestTimeView& view : views) {
    const auto logits = predict_logits(model, viewed(view));
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += view.weight * static_cast<double>(logits[i]);
    }
    total += view.weight;
  }
  for (double& value : sum) value /= total;
  return sum;
}

const TestTimeViews some{{.down = 2, .right = -1, .weight = 3.0},
                         {.mirrored = true},
                         {.mirrored = true, .right = 3, .border = Border::reflection}};

}  // namespace

TEST_CASE("views: logits are the weighted mean of those of each view") {
  for (const TestTimeViews& views : {some, mirrored_views(), shifted_views()}) {
    const auto expected = mean_logits(views);
    const auto found = predict_logits(model, data, {.batch_size = 9, .views = views});
    REQUIRE(found.size() == expected.size());
    double largest = 0.0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(found[i]) - expected[i]));
    }
    CHECK(largest < 1e-5);
  }
  const auto plain = predict_logits(model, data);
  CHECK(predict_logits(model, data, {.views = {{}}}) == plain);
  CHECK(predict_logits(model, viewed({.mirrored = true})) ==
        predict_logits(model, data, {.views = {{.mirrored = true, .weight = 0.3}}}));
}

TEST_CASE("views: the two sets that have a name") {
  CHECK(mirrored_views().size() == 2);
  double total = 0.0;
  double unmoved = 0.0;
  double mirrored = 0.0;
  const TestTimeViews six = shifted_views(2, Border::zeros);
  CHECK(six.size() == 6);
  for (const TestTimeView& view : six) {
    CHECK(view.down == view.right);
    CHECK((view.down == 0 || std::abs(view.down) == 2));
    CHECK(view.border == Border::zeros);
    total += view.weight;
    if (view.down == 0) unmoved += view.weight;
    if (view.mirrored) mirrored += view.weight;
  }
  CHECK(unmoved == total / 2);
  CHECK(mirrored == total / 2);
}

TEST_CASE("views: probabilities, classes, evaluate and measure are of the mean logits") {
  const PredictOptions options{.batch_size = 7, .views = some};
  const auto logits = predict_logits(model, data, options);
  const auto probabilities = predict_probabilities(model, data, options);
  const auto classes = predict_classes(model, data, options);
  Index correct = 0;
  double loss = 0.0;
  for (std::size_t i = 0; i < 23; ++i) {
    std::vector<float> expected(4);
    kernels::softmax(logits.data() + 4 * i, 4, expected.data());
    CHECK(std::vector<float>(probabilities.begin() + Index(4 * i),
                             probabilities.begin() + Index(4 * i + 4)) == expected);
    CHECK(classes[i] == kernels::argmax(logits.data() + 4 * i, 4));
    correct += classes[i] == data.labels[i] ? 1 : 0;
    loss -= std::log(static_cast<double>(expected[static_cast<std::size_t>(data.labels[i])]));
  }
  const auto found = evaluate(model, SoftmaxCE{}, data, options);
  CHECK(found.accuracy == static_cast<double>(correct) / 23.0);
  CHECK(found.loss == doctest::Approx(loss / 23.0));
}

TEST_CASE("views: any batch size, any number of threads, any kind of model: the same bits") {
  const auto expected = predict_logits(model, data, {.views = some});
  const AnyModel any{any_network<Net>(), 7};
  const PreparedModel prepared(model, 5);
  const auto of_prepared = predict_logits(prepared, data, {.views = some});
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(of_prepared[i] == doctest::Approx(expected[i]).epsilon(1e-4));
  }
  for (const int threads : {1, 2, 3, 8}) {
    for (const Index batch_size : {1, 5, 100}) {
      const PredictOptions options{.batch_size = batch_size, .threads = threads, .views = some};
      CHECK(predict_logits(model, data, options) == expected);
      CHECK(predict_logits(any, data, options) == expected);
      CHECK(predict_logits(prepared, data, options) == of_prepared);
    }
  }
}

TEST_CASE("views: of several inputs they change the first, all outputs are averaged") {
  const Model<tests::TwoHeads> of_two{3};
  const auto two = tests::two_heads_data(11, 1);
  for (const Index output : {0, 1}) {
    const auto plain = predict_logits(of_two, two, {.output = output});
    CHECK(predict_logits(of_two, two, {.output = output, .views = {{}, {}}}) == plain);
    CHECK(predict_logits(of_two, two, {.output = output, .views = mirrored_views()}) != plain);
  }
}

TEST_CASE("views: what makes no sense is refused") {
  const auto said = [](const TestTimeView& view) {
    return error_message([&] { predict_classes(model, data, {.views = {{}, view}}); });
  };
  CHECK(said({.down = 8}) == "TestTimeView: down is 8, images of 8x8x1 can be moved by 7");
  CHECK(said({.right = -8}) == "TestTimeView: right is -8, images of 8x8x1 can be moved by 7");
  CHECK(said({.weight = 0}) == "TestTimeView: weight is 0, it must be finite and above 0");
  const Model<Sequential<Input<6>, Dense<2>>> of_numbers;
  const std::vector<float> six(6);
  const Batch<const float> x{six.data(), 1, {1, 1, 6}};
  CHECK(error_message([&] { predict_logits(of_numbers, x, {.views = mirrored_views()}); }) ==
        "TestTimeView: images of 6 are one pixel wide, there is nothing to mirror");
  const Model<Sequential<Input<4, 4, 1>, Conv2D<2, 3>>> of_images;
  const std::vector<float> pixels(16);
  const Batch<const float> image{pixels.data(), 1, {4, 4, 1}};
  CHECK(error_message([&] { predict_logits(of_images, image, {.views = mirrored_views()}); }) ==
        "PredictOptions: views cannot be averaged where an output is an image of 4x4x2, which "
        "moves with the input");
  CHECK(error_message([&] {
          predict_logits(model, Batch<const float>{pixels.data(), 1, {2, 8, 1}},
                         {.views = mirrored_views()});
        }) == "Inference: the network takes samples of 8x8x1, these are 2x8x1");
}
