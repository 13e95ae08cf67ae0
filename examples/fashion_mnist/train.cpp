#include "commands.hpp"
#include "data.hpp"
#include "inference.hpp"
#include "metrics.hpp"
#include "model_file.hpp"
#include "network.hpp"
#include "output_files.hpp"
#include "progress.hpp"
#include "test_report.hpp"

#include <iostream>
#include <sstream>

namespace fashion_mnist {

namespace {

std::string describe(const Train& command) {
  std::ostringstream text;
  text << command.steps << " steps of " << command.batch_size << " images, "
       << name_of(command.optimizer) << " with learning rate " << command.chosen_learning_rate();
  if (command.optimizer == Optimizer::sgd) text << " and momentum " << sgd_momentum;
  text << ", seed " << command.seed;
  return text.str();
}

TrainingLog train(Model<FashionCnn>& model, const Train& command, const Dataset<>& images) {
  TrainingLog log(command.steps);
  Progress progress;
  const auto train_with = [&](const auto& optimizer) {
    fit(model, SoftmaxCE{}, optimizer, images,
        {.batch_size = command.batch_size,
         .steps = command.steps,
         .seed = command.seed,
         .threads = command.threads,
         .on_step = [&](const StepReport& report) {
           log.add(report.batch);
           progress.show(log);
         }});
  };
  const double learning_rate = command.chosen_learning_rate();
  switch (command.optimizer) {
    case Optimizer::adam:
      train_with(Adam{.learning_rate = learning_rate});
      break;
    case Optimizer::sgd:
      train_with(SGD{.learning_rate = learning_rate, .momentum = sgd_momentum});
      break;
  }
  return log;
}

}  // namespace

void run(const Train& command) {
  const auto data = load_data(command.data);
  const OutputFiles files = prepare_output(command.out);

  Model<FashionCnn> model{command.seed};
  const int threads = resolve_threads(command.threads);
  std::cout << '\n'
            << summary(model, {.batch_size = command.batch_size, .threads = threads}) << '\n'
            << "Training: " << describe(command) << ", threads: " << threads << std::endl;
  const TrainingLog log = train(model, command, data.train);

  const TestReport test = make_test_report(data.test, logits_of(model, data.test, command.threads));
  std::cout << '\n' << test << '\n';

  write_model(model, files.model, describe(command));
  write_metrics(files.metrics, command, log, test);
  std::cout << "Wrote " << files.model.string() << "\nWrote " << files.metrics.string() << '\n';
}

}  // namespace fashion_mnist
