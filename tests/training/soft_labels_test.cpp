#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using namespace tweed;

TEST_CASE("soft labels: probabilities of each class are learnt from as labels are") {
  using Net = Sequential<Input<8, 8, 1>, Conv2D<3, 3>, ReLU, Flatten, Dense<4>>;
  const auto labelled = tests::bars(24, 8, 4, 1);
  RegressionDataset<std::uint8_t> soft{labelled.shape, labelled.images, 4, {}};
  soft.targets.resize(24 * 4);
  for (std::size_t i = 0; i < 24; ++i)
    soft.targets[4 * i + static_cast<std::size_t>(labelled.labels[i])] = 1.0F;
  const FitOptions options{.batch_size = 8, .epochs = 5};
  Model<Net> of_labels{1};
  Model<Net> of_probabilities{1};
  const History expected = fit(of_labels, SoftmaxCE{}, Adam{}, labelled, options);
  const History found = fit(of_probabilities, SoftmaxCE{}, Adam{}, soft, options);
  CHECK(found.steps.back().loss == doctest::Approx(expected.steps.back().loss).epsilon(1e-3));
  CHECK(found.steps.back().accuracy == expected.steps.back().accuracy);
  CHECK(evaluate(of_labels, SoftmaxCE{}, soft).accuracy ==
        evaluate(of_labels, SoftmaxCE{}, labelled).accuracy);
  soft.targets[1] = 1.5F;
  CHECK(tests::error_message([&] {
          fit(of_labels, SoftmaxCE{}, Adam{}, soft);
        }).starts_with("SoftmaxCE: a target of sample "));
}
