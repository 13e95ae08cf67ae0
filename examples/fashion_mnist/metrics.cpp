#include "metrics.hpp"

#include "machine.hpp"

#include <tweed/core/parallel.hpp>
#include <tweed/core/version.hpp>
#include <tweed/io/atomic_file.hpp>

#include <nlohmann/json.hpp>

#include <cmath>

namespace fashion_mnist {

namespace {

using Json = nlohmann::ordered_json;

double rounded(double number, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(number * scale) / scale;
}

/// A ratio that there is not is null.
Json json_of(const TestReport& test) {
  Json list = Json::array();
  for (tweed::Index i = 0; i < test.classes(); ++i) {
    const tweed::ClassMetrics metrics = test.confusion.of_class(i);
    list.push_back({{"name", test.class_name(i)},
                    {"images", metrics.samples},
                    {"precision", metrics.precision()},
                    {"recall", metrics.recall()}});
  }
  return list;
}

}  // namespace

void write_metrics(const std::filesystem::path& path, const Train& command, const TrainingLog& log,
                   const TestReport& test) {
  const tweed::LossSum training = log.recent();
  const auto timed = [&](double number, int decimals) {
    return log.has_steps() ? Json(rounded(number, decimals)) : Json();
  };
  const Json metrics{
      {"test_accuracy", test.accuracy},
      {"test_loss", test.loss},
      {"final_train_loss", training.mean_loss()},
      {"final_train_accuracy", training.accuracy()},
      {"steps", command.steps},
      {"batch_size", command.batch_size},
      {"optimizer", name_of(command.optimizer)},
      {"learning_rate", command.chosen_learning_rate()},
      {"seed", command.seed},
      {"threads", tweed::resolve_threads(command.threads)},
      {"train_seconds", timed(log.seconds(), 3)},
      {"ms_per_step_median", timed(1000.0 * log.median_step_seconds(), 3)},
      {"ms_per_step_min", timed(1000.0 * log.least_step_seconds(), 3)},
      {"images_per_second", timed(log.images_per_second(), 1)},
      {"processor", processor_name()},
      {"compiler", compiler_name()},
      {"tweed_version", tweed::version},
      {"classes", json_of(test)},
  };
  tweed::write_file_atomically(path, metrics.dump(2) + '\n');
}

}  // namespace fashion_mnist
