#include "config_file.hpp"
#include "options.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

namespace fashion_mnist {

namespace {

using tweed::Index;

std::string or_default(const std::string& value) { return " [" + value + ']'; }

/// Puts what a file says where the command line says nothing.
void take_config(CLI::App& command, const std::filesystem::path& file) {
  const auto given = [&](const std::string& name) { return command.count("--" + name) > 0; };
  for (const auto& [name, value] : read_config(file)) {
    CLI::Option* const option = command.get_option_no_throw("--" + name);
    if (option == nullptr || name == "config" || name == "resume" || name == "help") {
      throw CLI::ValidationError(file.string() + ": unknown option '" + name + "'");
    }
    const bool is_length = name == "steps" || name == "epochs";
    if (given(name) || (is_length && (given("steps") || given("epochs")))) continue;
    option->add_result(value);
  }
}

/// Beside --resume only what has no influence on the result.
void refuse_beside_resume(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_single_name();
    if (option->count() == 0 || name == "resume" || name == "threads" || name == "data") continue;
    throw CLI::ValidationError("--resume goes on as the run began: --" + name +
                               " cannot stand beside it, only --data and --threads");
  }
}

/// These come first, so that the options see what their file says.
void add_files(CLI::App& command, Train& train) {
  add_option(command, "--config", "FILE", "Options from a file, such as the config.toml of a run",
             [&](const auto& text) { take_config(command, not_empty(text)); });
  add_option(command, "--resume", "DIR",
             "Go on with the run in DIR, which was interrupted or killed", [&](const auto& text) {
               refuse_beside_resume(command);
               train.resume = true;
               train.out = not_empty(text);
               take_config(command, config_in(train.out));
             });
}

void add_length(CLI::App& command, Train& train) {
  CLI::Option* const steps = add_number<Index>(
      command, "--steps", "Batches to train with" + or_default(std::to_string(train.steps)),
      train.steps, 1, 10'000'000);
  add_option(command, "--epochs", "N", "Instead of --steps: times through the training images",
             [&](const auto& text) { train.epochs = whole_number<Index>(text, 1, 100'000); })
      ->excludes(steps);
  add_number<Index>(command, "--batch-size",
                    "Images a batch" + or_default(std::to_string(train.batch_size)),
                    train.batch_size, 1, 10'000);
}

void add_optimizer(CLI::App& command, Train& train) {
  add_option(command, "--optimizer", "adam|sgd",
             "sgd has a momentum of 0.9" + or_default(std::string(name_of(train.optimizer))),
             [&](const auto& text) { train.optimizer = optimizer_named(text); });
  add_option(command, "--learning-rate", "RATE", "Above 0 [0.001 for adam, 0.01 for sgd]",
             [&](const auto& text) { train.learning_rate = positive_number(text, 1000); });
  add_option(command, "--schedule", "NAME",
             "How the rate changes: constant, cosine to 0 after a warm-up, step to a tenth after "
             "each third, plateau to a half where the loss stays for 2 epochs" +
                 or_default(std::string(name_of(train.schedule))),
             [&](const auto& text) { train.schedule = schedule_named(text); });
  add_option(command, "--weight-decay", "X", "Decoupled, as in AdamW [0]",
             [&](const auto& text) { train.weight_decay = number_from_0(text, 1000, true); });
  add_option(command, "--clip-norm", "X", "Longest gradient; 0: any [0]",
             [&](const auto& text) { train.clip_norm = number_from_0(text, 1'000'000, true); });
}

void add_generalization(CLI::App& command, Train& train) {
  add_option(command, "--label-smoothing", "X", "Below 1 [0]",
             [&](const auto& text) { train.label_smoothing = number_from_0(text, 1, false); });
  add_option(command, "--augment", "shift|flip|shift,flip",
             "Move images by up to 2 pixels, mirror every other one [neither]",
             [&](const auto& text) {
               train.shift = text == "shift" || text == "shift,flip";
               train.flip = text == "flip" || text == "shift,flip";
               if (!train.shift && !train.flip) refuse("shift, flip or shift,flip", text);
             });
  add_option(command, "--validation-split", "SHARE",
             "Of the training images, to validate with after each epoch [0]",
             [&](const auto& text) { train.validation_split = number_from_0(text, 1, false); });
  add_option(
      command, "--early-stopping", "PATIENCE",
      "Stop where the loss has not fallen for so many epochs, and take the best weights",
      [&](const auto& text) { train.early_stopping = whole_number<Index>(text, 0, 100'000); });
}

}  // namespace

void add_train(CLI::App& program, Train& train) {
  CLI::App& command = *program.add_subcommand("train", "Train the network, test it and save it");
  add_files(command, train);
  add_data(command, train.data);
  add_length(command, train);
  add_optimizer(command, train);
  add_generalization(command, train);
  add_number<std::uint64_t>(command, "--seed",
                            "Of weights, order and dropout; the same seed gives the same model" +
                                or_default(std::to_string(train.seed)),
                            train.seed, 0, std::numeric_limits<std::uint64_t>::max());
  add_threads(command, train.threads);
  add_path(command, "--out", "DIR",
           "Folder for the model, the report and all measurements" + or_default(train.out.string()),
           train.out);
  add_number<Index>(command, "--checkpoint-every",
                    "Steps from one checkpoint to the next; 0: one at the end" +
                        or_default(std::to_string(train.checkpoint_every)),
                    train.checkpoint_every, 0, 10'000'000);
  command.callback([&train] { run(train); });
}

}  // namespace fashion_mnist
