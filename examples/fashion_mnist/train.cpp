#include "commands.hpp"
#include "data.hpp"
#include "finished_run.hpp"
#include "history_file.hpp"
#include "inference.hpp"
#include "metrics.hpp"
#include "model_file.hpp"
#include "network.hpp"
#include "output_files.hpp"
#include "profile.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "run_events.hpp"
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

History train(Model<FashionCnn>& model, const Train& command, const Dataset<>& images,
              TrainingLog& log) {
  Progress progress;
  const auto train_with = [&](const auto& optimizer) {
    return fit(model, SoftmaxCE{}, optimizer, images,
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
      return train_with(Adam{.learning_rate = learning_rate});
    case Optimizer::sgd:
      return train_with(SGD{.learning_rate = learning_rate, .momentum = sgd_momentum});
  }
  return {};
}

void write_files(const OutputFiles& files, const FinishedRun& run) {
  write_model(run.model, files.model, describe(run.command));
  write_metrics(files.metrics, run.command, run.log, run.test);
  write_history(files.history, run.history);
  write_events(files.events, run.history, run.log);
  write_report(files.report, run);
  for (const auto& file : {files.model, files.metrics, files.history, files.events, files.report}) {
    std::cout << "Wrote " << file.string() << '\n';
  }
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
  TrainingLog log(command.steps);
  const History history = train(model, command, data.train, log);

  const std::vector<float> logits = logits_of(model, data.test, command.threads);
  const TestReport test = make_test_report(data.test, logits);
  std::cout << '\n' << test << '\n';

  const StepProfile profile = profile_step(command, log.median_step_seconds());
  write_files(files, {.command = command,
                      .model = model,
                      .history = history,
                      .log = log,
                      .train_data = data.train,
                      .test_data = data.test,
                      .logits = logits,
                      .test = test,
                      .profile = profile});
}

}  // namespace fashion_mnist
