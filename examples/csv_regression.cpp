/// Regression on a CSV file. The file, which this program writes first, has 500 lines with a
/// house's size, age and distance from the centre, and its price, which follows from them but for
/// some noise. The model and a report, with what was predicted against what is true, are left in a
/// folder, by default runs/csv_regression:
///
///     csv_regression [RUN]
///
/// On data that it was not trained with, the network's error is about that of the noise, 10 (in
/// thousands), where the prices vary by about 100. If it is above 15, the program fails.

#include <tweed/data/csv.hpp>
#include <tweed/data/split.hpp>
#include <tweed/reporting/run_folder.hpp>
#include <tweed/tweed.hpp>

#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>

using namespace tweed;

using Net = Sequential<Input<3>, Dense<32>, ReLU, Dense<32>, ReLU, Dense<1>>;

void write_houses(const char* path, Index count) {
  std::ofstream file(path);
  file << "size,age,distance,price\n";
  for (Index i = 0; i < count; ++i) {
    const RandomKey key{.seed = 1, .step = static_cast<std::uint64_t>(i)};
    const double size = 30.0 + 170.0 * random_uniform(key, 0);
    const double age = 100.0 * random_uniform(key, 1);
    const double distance = 40.0 * random_uniform(key, 2);
    const double noise = 10.0 * std::sqrt(12.0) * (random_uniform(key, 3) - 0.5);
    const double price = 2.5 * size * std::exp(-distance / 40.0) + 50.0 * std::exp(-age / 30.0);
    file << size << ',' << age << ',' << distance << ',' << price + noise << '\n';
  }
}

/// A column's mean and standard deviation, to bring it near 0 and 1: networks learn best there.
struct Scale {
  float mean = 0.0F;
  float deviation = 1.0F;

  /// Of column `first` and every `columns`-th value after it.
  Scale(const std::vector<float>& values, std::size_t first, std::size_t columns) {
    double sum = 0.0, squares = 0.0;
    for (std::size_t i = first; i < values.size(); i += columns) {
      sum += static_cast<double>(values[i]);
      squares += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    }
    const auto rows = static_cast<double>(values.size() / columns);
    mean = static_cast<float>(sum / rows);
    deviation = static_cast<float>(std::sqrt(squares / rows - sum / rows * (sum / rows)));
  }

  void apply(std::vector<float>& values, std::size_t first, std::size_t columns) const {
    for (std::size_t i = first; i < values.size(); i += columns) {
      values[i] = (values[i] - mean) / deviation;
    }
  }
};

int main(int argc, char** argv) try {
  const char* const path = "houses.csv";
  write_houses(path, 500);
  auto data = datasets::regression_csv(path, {"price"});
  std::remove(path);
  for (std::size_t column = 0; column < 3; ++column) {
    Scale(data.samples, column, 3).apply(data.samples, column, 3);
  }
  const Scale price(data.targets, 0, 1);
  price.apply(data.targets, 0, 1);
  const auto [train, test] = split(data, 0.2);

  // The report tells prices, not what the network gives for them.
  RunFolder run(argc > 1 ? argv[1] : "runs/csv_regression",
                {.title = "What houses cost",
                 .outputs = {{"price in thousands", price.deviation, price.mean}}});
  Model<Net> model{1};
  Training training(model, MeanSquaredError{}, Adam{.learning_rate = 0.01}, train,
                    {.batch_size = 20, .epochs = 60, .threads = 1, .schedule = CosineSchedule{}});
  run.train(training);
  const TestResult result = run.finish(model, MeanSquaredError{}, test, {.threads = 1});
  return result.measure("test_rmse") < 15.0 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "csv_regression: " << error.what() << '\n';
  return 1;
}
