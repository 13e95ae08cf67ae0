/// train MODEL: trains a network of all layers and saves it, for scripts/test_windows. Nothing in
/// it calls the C library's exp, log, pow or cos, which round differently on other systems.

#include <tweed/data/regression_dataset.hpp>
#include <tweed/io/model_file.hpp>
#include <tweed/tweed.hpp>
#include <support/synthetic.hpp>

using namespace tweed;

using Network =
    Sequential<Input<28, 28, 1>, Conv2D<16, 5>, ReLU, MaxPool<2>, Conv2D<32, 5>, ReLU, MaxPool<2>,
               Dropout<0.25>, DepthwiseConv2D<3>, ReLU, Conv2D<64, 3, Groups{4}>, ReLU, MaxPool<2>,
               Conv2D<64, 3>, ReLU, Flatten, Dense<100>, ReLU, Dropout<0.4>, Dense<10>>;

/// For each image ten numbers, one of them 1: its label's.
RegressionDataset<std::uint8_t> bars(Index count) {
  constexpr Index classes = 10;
  const auto labelled = tests::bars(count, 28, classes);
  RegressionDataset<std::uint8_t> data{labelled.shape, labelled.images, classes, {}};
  data.targets.resize(labelled.labels.size() * classes);
  for (std::size_t i = 0; i < labelled.labels.size(); ++i) {
    data.targets[i * classes + static_cast<std::size_t>(labelled.labels[i])] = 1.0F;
  }
  return data;
}

int main(int, char** arguments) {
  const auto data = bars(1000);
  Model<Network> model{0};
  const History history = fit(model, MeanSquaredError{}, SGD{.learning_rate = 0.1, .momentum = 0.9},
                              data, {.batch_size = 50, .epochs = 4, .threads = 3});
  save_model(model, arguments[1]);
  return history.steps.back().loss < history.steps.front().loss ? 0 : 1;
}
