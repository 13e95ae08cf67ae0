#include <tweed/reporting/class_sections.hpp>
#include <tweed/reporting/example_section.hpp>
#include <tweed/reporting/number_section.hpp>
#include <tweed/reporting/test_model.hpp>
#include <tweed/tweed.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <string>
#include <vector>

using namespace tweed;

namespace {

constexpr PredictOptions in_threes{.batch_size = 3, .threads = 1};

std::string printed(const TestResult& result) {
  std::ostringstream out;
  out << result;
  return out.str();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A network that passes on what it gets: each output has the weight of one input.
template <class Net>
Model<Net> passing_on() {
  Model<Net> model{1};
  for (auto& tensor : model.tensors()) std::ranges::fill(tensor.values, 0.0F);
  auto kernel = model.tensors()[0];
  const Index outputs = kernel.dims.back();
  for (Index i = 0; i < outputs; ++i) {
    kernel.values[static_cast<std::size_t>(i * outputs + i)] = 1.0F;
  }
  return model;
}

using Choice = Sequential<Input<3>, Dense<3>>;
using Pixels = Sequential<Input<2, 3, 3>, Conv2D<3, 1>>;
using Number = Sequential<Input<2>, Dense<2>>;

}  // namespace

TEST_CASE("a test of classes: counts, measures, the surest mistakes") {
  const Dataset<float> data{
      {1, 1, 3}, {2, 0, 0, 0, 3, 0, 0, 0, 1, 5, 1, 0}, {0, 1, 0, 2}, {"<a>", "b", "c"}};
  const TestResult result =
      test_model(passing_on<Choice>(), SoftmaxCE{}, data, {.predict = in_threes});
  CHECK(result.called == "samples");
  CHECK(result.samples == 4);
  CHECK(result.measure("test_accuracy") == 0.5);
  CHECK(tests::error_message([&] { static_cast<void>(result.measure("test_r2")); }) ==
        "test result: it has no test_r2");
  CHECK(result.loss == doctest::Approx(evaluate(passing_on<Choice>(), SoftmaxCE{}, data).loss));
  REQUIRE(result.confusion);
  CHECK(result.confusion->count(2, 0) == 1);
  CHECK(result.classes[0].samples == 2);
  REQUIRE(result.mistakes.size() == 2);
  CHECK(result.mistakes[0].sample == 3);
  CHECK(result.mistakes[0].label == 2);
  CHECK(result.mistakes[0].likeliest == std::array<Label, 2>{0, 1});
  const double sum = std::exp(5.0) + std::exp(1.0) + 1.0;
  CHECK(result.mistakes[0].probabilities[0] == doctest::Approx(std::exp(5.0) / sum));
  CHECK(result.mistakes[0].probabilities[1] == doctest::Approx(std::exp(1.0) / sum));
  CHECK(result.mistakes[0].image.pixels.empty());
  CHECK(result.examples.empty());
  CHECK(result.numbers.empty());
  CHECK(contains(printed(result), "Test on 4 samples: loss "));
  CHECK(contains(printed(result), ", accuracy 50.00 %\n\nclass"));

  const std::string mistakes = reporting::mistakes_section(result).html;
  CHECK(contains(mistakes, "&lt;a&gt; 97.6&nbsp;%"));
  CHECK(contains(mistakes, "labelled c"));
  CHECK_FALSE(contains(mistakes, "<a>"));
  CHECK(contains(reporting::confusion_section(result).html, "title=\"c taken for &lt;a&gt;: 1\""));
  CHECK(contains(reporting::classes_section(result).html, "66.7") == false);
  CHECK(reporting::examples_section(result).html.empty());
  CHECK(reporting::numbers_section(result).html.empty());
}

TEST_CASE("mistakes are drawn where samples are images; classes without names are counted") {
  using Net = Sequential<Input<4, 4, 1>, Flatten, Dense<4>>;
  auto data = tests::bars(10, 4, 4);
  const TestResult result = test_model(Model<Net>{1}, SoftmaxCE{}, data, {.predict = in_threes});
  CHECK(result.called == "images");
  CHECK(result.names == std::vector<std::string>{"0", "1", "2", "3"});
  REQUIRE_FALSE(result.mistakes.empty());
  const auto at = static_cast<std::ptrdiff_t>(16 * result.mistakes[0].sample);
  CHECK(std::ranges::equal(result.mistakes[0].image.pixels,
                           std::span(data.images).subspan(static_cast<std::size_t>(at), 16)));
  CHECK(contains(reporting::mistakes_section(result).html, "data:image/png;base64,"));
}

TEST_CASE("a test of pixels: mean IoU, the worst images, what is ignored") {
  SegmentationDataset<float> data{
      .shape = {2, 3, 3}, .images = {}, .labels = {}, .class_names = {}};
  for (Index n = 0; n < 10; ++n) {
    for (Index pixel = 0; pixel < 6; ++pixel) {
      const Index shown = pixel % 3;
      for (Index c = 0; c < 3; ++c) data.images.push_back(c == shown ? 1.0F : 0.0F);
      const bool is_wrong = n >= 4 && pixel < n - 4;  // image 9 is the worst
      data.labels.push_back(static_cast<Label>(is_wrong ? (shown + 1) % 3 : shown));
    }
  }
  data.labels[0] = 7;
  const PixelSoftmaxCE loss{.ignored_label = 7};
  const TestResult result = test_model(passing_on<Pixels>(), loss, data, {.predict = in_threes});
  CHECK(result.counts_pixels);
  CHECK(result.confusion->samples() == 59);
  CHECK(result.measures[0].key == "test_mean_iou");
  CHECK(result.measure("test_accuracy") == doctest::Approx(44.0 / 59.0));
  CHECK(result.mistakes.empty());
  REQUIRE(result.examples.size() == 8);
  CHECK(result.examples[0].caption == "sample 0");
  CHECK(result.examples[4].caption == "sample 9");
  CHECK(result.examples[7].caption == "sample 6");
  CHECK(result.examples[7].is_bad);
  CHECK(result.examples[0].wanted.pixels[0] == 255);  // ignored
  CHECK(result.examples[1].wanted == result.examples[1].found);
  CHECK(result.examples[4].wanted != result.examples[4].found);
  CHECK(contains(printed(result), "IoU"));
  CHECK(contains(reporting::examples_section(result).html, "Furthest off"));
  CHECK(contains(reporting::classes_section(result).html, "IoU"));
  CHECK(reporting::mistakes_section(result).html.empty());
}

TEST_CASE("a test of masks, and of labels of which a sample has several") {
  RegressionDataset<float> masks{.shape = {2, 3, 3}, .samples = {}, .outputs = 18, .targets = {}};
  for (int i = 0; i < 2 * 18; ++i) {
    masks.samples.push_back(i % 2 == 0 ? 1.0F : -1.0F);
    masks.targets.push_back(i % 2 == 0 ? 1.0F : 0.0F);
  }
  const TestResult exact =
      test_model(passing_on<Pixels>(), SigmoidCE{}, masks, {.predict = in_threes});
  CHECK(exact.measures[0].key == "test_mean_iou");
  CHECK(exact.measure("test_mean_iou") == 1.0);
  CHECK(exact.examples.size() == 2);
  CHECK(exact.examples[0].wanted == exact.examples[0].found);
  CHECK_FALSE(exact.confusion);
  CHECK(reporting::confusion_section(exact).html.empty());

  const RegressionDataset<float> labels{
      .shape = {1, 1, 2}, .samples = {1, 1, -1, 1}, .outputs = 2, .targets = {1, 0, 0, 1}};
  const TestResult found =
      test_model(passing_on<Number>(), SigmoidCE{}, labels, {.predict = in_threes});
  CHECK(found.measures[0].key == "test_f1");
  CHECK(found.measure("test_f1") == doctest::Approx(0.8));
  CHECK(found.examples.empty());
  CHECK_FALSE(found.counts_pixels);
}

TEST_CASE("a test of numbers, in their own units") {
  const RegressionDataset<float> data{.shape = {1, 1, 2},
                                      .samples = {1, 2, 3, 4, 5, 6, 7, 8},
                                      .outputs = 2,
                                      .targets = {1, 2, 3, 4, 5, 6, 8, 8}};
  const TestResult result = test_model(passing_on<Number>(), MeanSquaredError{}, data,
                                       {.predict = in_threes, .outputs = {{"price", 10.0, 100.0}}});
  CHECK(result.loss == doctest::Approx(0.125));
  CHECK(result.measures[0].key == "test_rmse");
  CHECK(result.measure("test_mae") == doctest::Approx(10.0 / 8.0));
  REQUIRE(result.numbers.size() == 2);
  CHECK(result.numbers[0].name == "price");
  CHECK(result.numbers[0].wanted == std::vector<double>{110, 130, 150, 180});
  CHECK(result.numbers[0].found == std::vector<double>{110, 130, 150, 170});
  CHECK(result.numbers[1].name == "output 2");
  const std::string html = reporting::numbers_section(result).html;
  CHECK(contains(html, "price, predicted"));
  CHECK(contains(html, "how many samples are how far off"));
  CHECK(reporting::classes_section(result).html.empty());

  const RegressionDataset<float> images{.shape = {2, 3, 3},
                                        .samples = std::vector<float>(18, 0.5F),
                                        .outputs = 18,
                                        .targets = std::vector<float>(18, 0.25F)};
  const TestResult drawn =
      test_model(passing_on<Pixels>(), MeanAbsoluteError{}, images, {.predict = in_threes});
  CHECK(drawn.numbers.empty());
  CHECK(drawn.examples.size() == 1);
  CHECK(drawn.measure("test_mae") == doctest::Approx(0.25));
}

TEST_CASE("probabilities of classes count as classes") {
  const RegressionDataset<float> data{.shape = {1, 1, 3},
                                      .samples = {1, 0, 0, 0, 0, 1},
                                      .outputs = 3,
                                      .targets = {0.75F, 0.25F, 0, 0.5F, 0, 0.5F}};
  const TestResult result =
      test_model(passing_on<Choice>(), SoftmaxCE{}, data, {.predict = in_threes});
  CHECK(result.measure("test_accuracy") == 0.5);
  CHECK(result.mistakes.size() == 1);
}

TEST_CASE("of several outputs it is the loss alone; nothing is tested on nothing") {
  using Two = Sequential<Input<2>, Dense<2>, Output<"a">, Dense<1>, Output<"b">>;
  const ZipDataset data{Dataset<float>{{1, 1, 2}, {1, 2, 3, 4}, {0, 1}, {}},
                        Targets{.outputs = 1, .targets = {1, 2}}};
  const SumOfLosses loss{SoftmaxCE{}, MeanSquaredError{}};
  const Model<Two> model{1};
  const TestResult result = test_model(model, loss, data, {.predict = in_threes});
  CHECK(result.loss == doctest::Approx(evaluate(model, loss, data).loss));
  CHECK(result.measures.empty());
  CHECK(result.classes.empty());
  const Dataset<float> none{{1, 1, 3}, {}, {}, {}};
  CHECK(tests::error_message([&] { test_model(Model<Choice>{}, SoftmaxCE{}, none); }) ==
        "test_model: the data set is empty");
}
