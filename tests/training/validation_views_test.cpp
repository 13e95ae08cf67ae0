#include <tweed/tweed.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<8, 8, 1>, Conv2D<6, 3>, ReLU, MaxPool<2>, Flatten, Dense<4>>;

const Dataset<> data = tests::bars(40, 8, 4, 1);
const Dataset<> validation = tests::bars(23, 8, 4, 2);
const TestTimeViews views = shifted_views();

}  // namespace

TEST_CASE("validation takes the mean over the views, and what looks at it sees that") {
  Model<Net> model{1};
  std::vector<Evaluation> expected;
  std::vector<double> seen;
  const auto rate = [&](const ScheduleInput& at) {
    seen.assign(at.epoch_losses.begin(), at.epoch_losses.end());
    return 1.0;
  };
  const History history =
      fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, data, validation,
          {.batch_size = 10,
           .epochs = 4,
           .schedule = rate,
           .validation_views = views,
           .on_epoch = [&](const EpochReport& report) {
             expected.push_back(evaluate(model, SoftmaxCE{}, validation, {.views = views}));
             CHECK(report.validation->loss == expected.back().loss);
             CHECK(report.validation->loss != evaluate(model, SoftmaxCE{}, validation).loss);
           }});
  REQUIRE(history.validations.size() == 4);
  REQUIRE(seen.size() == 3);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(history.validations[i].loss == expected[i].loss);
    CHECK(history.validations[i].accuracy == expected[i].accuracy);
    if (i < 3) CHECK(seen[i] == expected[i].loss);
  }
}

TEST_CASE("early stopping keeps the weights that are best with the views") {
  Model<Net> model{1};
  const History history = fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.1}, data, validation,
                              {.batch_size = 10,
                               .epochs = 8,
                               .validation_views = views,
                               .early_stopping = EarlyStopping{.patience = 8}});
  double least = std::numeric_limits<double>::infinity();
  for (const ValidationRecord& record : history.validations) least = std::min(least, record.loss);
  CHECK(evaluate(model, SoftmaxCE{}, validation, {.views = views}).loss == least);
}

TEST_CASE("views of validation images that make no sense are refused") {
  Model<Net> model{1};
  CHECK(error_message([&] {
          fit(model, SoftmaxCE{}, Adam{}, data, {.validation_views = views});
        }) == "FitOptions: validation_views are given, but no data to validate on");
  CHECK(error_message([&] {
          fit(model, SoftmaxCE{}, Adam{}, data, validation, {.validation_views = {{.down = 8}}});
        }) == "TestTimeView: down is 8, images of 8x8x1 can be moved by 7");
}
