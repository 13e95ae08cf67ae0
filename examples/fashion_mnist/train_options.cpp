#include "train_options.hpp"

#include "options.hpp"
#include "recipes.hpp"

#include <tweed/augment/named_augmentation.hpp>
#include <tweed/reporting/program_options.hpp>
#include <tweed/reporting/settings_file.hpp>

#include <limits>

namespace fashion_mnist {

namespace {

using namespace tweed;
using strict::ListOf, strict::OneOf, strict::Real, strict::Whole;
using Option = ProgramOption<Train>;
using Options = std::vector<Option>;

constexpr Real above_0{.high = 1000, .with_low = false};
constexpr Real share{.with_high = false};

std::string augmentation(const std::string& text) {
  named_augmentation(text, {28, 28, 1});
  return text;
}

Options length_options() {
  const Option steps("steps", "N", "Batches to train with", &Train::steps, Whole{1, 10'000'000});
  return {steps.instead("epochs").told_as(
              [](const Train& train) { return train.epochs ? "" : std::to_string(train.steps); }),
          Option("epochs", "N", "Instead of --steps: times through the training images",
                 &Train::epochs, Whole{1, 100'000})
              .instead("steps"),
          {"batch-size", "N", "Images a batch", &Train::batch_size, Whole{1, 10'000}}};
}

Options network_options() {
  Options options{
      {"network", "NAME", "reference, plain or residual", &Train::network,
       OneOf{{"reference", "plain", "residual"}}},
      {"widths", "N,...", "Filters of each block", &Train::widths, ListOf{Whole{1, 4096}}},
      {"kernels", "N,...", "Sides of the kernels of each block, or of all", &Train::kernels,
       ListOf{Whole{1, 27}}},
      {"depths", "N,...", "Convolutions behind the pool of each block, or of all", &Train::depths,
       ListOf{Whole{0, 100}}},
      {"activation", "NAME", "gelu, relu, silu or hard-swish", &Train::activation,
       OneOf{{"gelu", "relu", "silu", "hard-swish"}}},
      {"stem", "N", "Side of the first convolution's kernel; 0: none", &Train::stem, Whole{0, 14}},
      {"whiten", "N", "Images whose windows the stem whitens, to stay so; 0: it is trained",
       &Train::whiten, Whole{0, 10'000'000}},
      {"norm-momentum", "X", "Of running statistics", &Train::norm_momentum, share},
      {"pool", "NAME", "Behind the blocks: max or average", &Train::pool,
       OneOf{{"max", "average"}}},
      {"dropout", "X", "Before the last layer", &Train::dropout, share},
      {"output-factor", "X", "What outputs are multiplied by", &Train::output_factor, above_0},
      {"shift-rate", "X", "Rate of the normalisations' shifts, times", &Train::shift_rate, above_0},
      {"head-rate", "X", "Rate of the last layer, times", &Train::head_rate, above_0}};
  for (Option& option : options) option = option.where("network", {"plain", "residual"});
  options[0].of = "";
  options[0].untold = "reference";
  return options;
}

Options optimizer_options() {
  const Option rate("learning-rate", "RATE",
                    "Above 0; 0.001 for adam, 0.01 for sgd and nesterov, 0.02 for muon",
                    &Train::learning_rate, above_0);
  return {
      {"optimizer", "NAME", "adam, sgd, nesterov or muon", &Train::optimizer,
       OneOf{{"adam", "sgd", "nesterov", "muon"}}},
      rate.told_as([](const Train& t) { return reporting::value_text(t.chosen_learning_rate()); }),
      Option("momentum", "X", "0.9 for sgd and nesterov, 0.95 for muon", &Train::momentum, share)
          .where("optimizer", {"sgd", "nesterov", "muon"}),
      Option("companion-rate", "RATE", "Of all but kernels, which Adam trains beside muon",
             &Train::companion_rate, above_0)
          .where("optimizer", {"muon"}),
      Option("lookahead", "N", "Put weights halfway back every so many steps", &Train::lookahead,
             Whole{1, 10'000})
          .where("optimizer", {"sgd", "nesterov"})};
}

Options schedule_options() {
  Options options{
      {"schedule", "NAME",
       "How the rate changes: constant, cosine to 0 after a warm-up, step to a tenth after each "
       "third, plateau to a half where the loss stays for 2 epochs, triangle or one-cycle up and "
       "down once, along lines or cosines",
       &Train::schedule, OneOf{{"constant", "cosine", "step", "plateau", "triangle", "one-cycle"}}},
      {"rise", "X", "Share of the steps on the way up", &Train::rise, Real{}},
      {"first", "X", "Share of the rate in the first step", &Train::first, Real{}},
      {"last", "X", "Share of the rate in the last step", &Train::last, Real{}}};
  for (Option& option : options) option = option.where("schedule", {"triangle", "one-cycle"});
  options[0].of = "";
  return options;
}

Options generalization_options() {
  const Option decay_of("decay-of", "NAME", "What the weight decay is of: all or kernels",
                        &Train::decay_of, OneOf{{"all", "kernels"}});
  return {
      {"weight-decay", "X", "Decoupled, as in AdamW", &Train::weight_decay, Real{.high = 1000}},
      decay_of.where("weight-decay", {}).untold_if("all"),
      {"clip-norm", "X", "Longest gradient; 0: any", &Train::clip_norm, Real{.high = 1'000'000}},
      {"average", "X", "End with a moving average of the weights, which keeps so much a step",
       &Train::average, share},
      {"label-smoothing", "X", "Below 1", &Train::label_smoothing, share},
      {"augment", "NAME,...",
       "Change images at random: shift (by 2 pixels), crop, flip, alternating-flip, affine, "
       "cutout, erase, mixup, cutmix; numbers may follow, as in cutout:8",
       &Train::augment, ListOf{augmentation}},
      {"validation-split", "SHARE", "Of the training images, to validate with after each epoch",
       &Train::validation_split, share},
      {"early-stopping", "PATIENCE",
       "Stop where the loss has not fallen for so many epochs, and take the best weights",
       &Train::early_stopping, Whole{0, 100'000}},
      {"views", "NAME",
       "Test, and validate, with the mean over views of each image: mirrored or shifted",
       &Train::views, OneOf{{"mirrored", "shifted"}}}};
}

Options run_options() {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  Options options{
      {"data", "DIR", "Folder of the data set [$FASHION_MNIST_DIR, else where it is usually put]",
       &Train::data, strict::Path{}},
      {"threads", "N", "Threads; results do not depend on them; 0: all", &Train::threads,
       strict::WholeOf<int>{1, 1024}},
      {"out", "DIR", "Folder for the model, the report and all measurements", &Train::out,
       strict::Path{}}};
  for (Option& option : options) option.has_influence = false;
  options.insert(
      options.begin(),
      {{"seed", "N", "Of weights, order and dropout; the same seed gives the same model",
        &Train::seed, strict::WholeOf<std::uint64_t>{0, most}},
       {"checkpoint-every", "N", "Steps from one checkpoint to the next; 0: one at the end",
        &Train::checkpoint_every, Whole{0, 10'000'000}}});
  return options;
}

const ProgramOptions<Train>& table() {
  static const ProgramOptions<Train> options({length_options(), network_options(),
                                              optimizer_options(), schedule_options(),
                                              generalization_options(), run_options()});
  return options;
}

/// What the command line says of an option.
auto given_in(const CLI::App& command) {
  return [&command](const std::string& name) -> std::optional<std::string> {
    const CLI::Option* const option = command.get_option("--" + name);
    if (option->count() == 0) return {};
    return option->results().front();
  };
}

/// Lets the command line say what a file or a recipe says where it says nothing itself.
void take(CLI::App& command, const NamedTexts& options, const std::string& where) {
  for (const auto& [name, text] : table().beside(options, where, given_in(command))) {
    command.get_option("--" + name)->add_result(text);
  }
}

void take_recipe(CLI::App& command, const std::string& name) {
  std::vector<std::string> names;
  for (const Recipe& recipe : recipes()) {
    names.push_back(recipe.name);
    if (recipe.name != name) continue;
    NamedTexts options;
    for (const std::string& option : strict::parts(recipe.options, ' ')) {
      const auto parts = strict::parts(option, '=');
      options.emplace_back(parts[0], parts[1]);
    }
    return take(command, options, name);
  }
  strict::refuse(strict::alternatives(names), name);
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

}  // namespace

double Train::chosen_learning_rate() const {
  return learning_rate.value_or(optimizer == "adam" ? 0.001 : optimizer == "muon" ? 0.02 : 0.01);
}

double Train::chosen_momentum() const {
  return momentum.value_or(optimizer == "muon" ? 0.95 : 0.9);
}

void add_options(CLI::App& command, Train& train) {
  const auto take_file = [&command](const std::filesystem::path& file) {
    take(command, read_settings(file), file.string());
  };
  // These come first, so that the options see what they say.
  add_option(command, "--config", "FILE", "Options from a file, such as the config.toml of a run",
             [=](const auto& text) { take_file(strict::Path{}(text)); });
  add_option(command, "--resume", "DIR",
             "Go on with the run in DIR, which was interrupted or killed",
             [=, &command, &train](const auto& text) {
               refuse_beside_resume(command);
               train.resume = true;
               train.out = strict::Path{}(text);
               take_file(config_in(train.out));
             });
  add_option(command, "--recipe", "NAME", "Options under one name: reference, fast, best, record",
             [&command](const auto& text) { take_recipe(command, text); });
  command.add_flag("--print-config", train.print_config,
                   "Print all that this asks for as --config reads it, and end");
  for (const Option& option : table()) {
    CLI::Option* const added =
        add_option(command, "--" + option.name, option.kind, option.help,
                   [&train, &option](const auto& text) { option.read(train, text); });
    CLI::Option* const other = command.get_option_no_throw("--" + option.instead_of);
    if (other != nullptr) added->excludes(other);
  }
}

void check_options(const CLI::App& command, const Train& train) try {
  table().check(train, given_in(command));
  if (train.network != "reference" && train.whiten > 0 && train.stem == 0) {
    throw Error("--whiten: it has no effect with --stem 0");
  }
} catch (const Error& error) {
  throw CLI::ValidationError(error.what());
}

NamedTexts options_of(const Train& train) { return table().told(train); }

std::string config_text(const Train& train) {
  NamedTexts options = options_of(train);
  if (!train.data.empty()) options.emplace_back("data", absolute(train.data).string());
  if (train.threads != 0) options.emplace_back("threads", std::to_string(train.threads));
  return "# An option of `fashion_mnist train` a line; --config FILE reads them.\n" +
         settings_text(options);
}

}  // namespace fashion_mnist
