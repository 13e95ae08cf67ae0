#include "train_options.hpp"

#include "augmentation.hpp"
#include "config_file.hpp"
#include "options.hpp"
#include "recipes.hpp"

#include <tweed/reporting/number_format.hpp>

#include <functional>

namespace fashion_mnist {

namespace {

using tweed::Index;

std::string text_of(const std::string& text) { return text; }
std::string text_of(const std::filesystem::path& path) { return path.string(); }
std::string text_of(double number) { return tweed::reporting::shortest(number); }
template <std::integral Number>
std::string text_of(Number number) {
  return std::to_string(number);
}
template <class Value>
std::string text_of(const std::vector<Value>& values) {
  std::string text;
  for (const Value& value : values) text += (text.empty() ? "" : ",") + text_of(value);
  return text;
}
template <class Value>
std::string text_of(const std::optional<Value>& value) {
  return value ? text_of(*value) : "";
}

/// An option of `train`: how it is called and explained, read and told.
struct Option {
  std::string name;
  std::string kind;
  std::string help;
  std::function<void(Train&, const std::string&)> read;  ///< throws tweed::Error
  std::function<std::string(const Train&)> text;         ///< empty where there is none
  std::string of = {};                                   ///< the option that it depends on
  std::vector<std::string> values = {};                  ///< of that, with which it has an effect
  std::string instead_of = {};                           ///< another option
  std::string untold = {};    ///< a value that is not told, since it is as ever
  bool has_influence = true;  ///< on the result

  Option with(const std::string& other, const std::vector<std::string>& its_values) && {
    of = other;
    values = its_values;
    return std::move(*this);
  }
};

template <class Value, class Read>
Option option(const char* name, const char* kind, const char* help, Value Train::*member,
              const Read& read) {
  const std::string usual = text_of(Train{}.*member);
  return {.name = name,
          .kind = kind,
          .help = usual.empty() ? help : help + (" [" + usual + ']'),
          .read = [=](Train& train, const std::string& text) { train.*member = read(text); },
          .text = [=](const Train& train) { return text_of(train.*member); }};
}

auto whole(Index low, Index high) {
  return [=](const std::string& text) { return whole_number(text, low, high); };
}
auto number(const Range& range) {
  return [=](const std::string& text) { return number_in(text, range); };
}
auto name(const std::vector<std::string>& names) {
  return [=](const std::string& text) { return one_of(text, names); };
}
template <class Read>
auto list(const Read& read) {
  return [=](const std::string& text) {
    std::vector<decltype(read(text))> values;
    for (const std::string& part : parts_of(text, ',')) values.push_back(read(part));
    return values;
  };
}

constexpr Range above_0{.high = 1000, .with_low = false};
constexpr Range from_0{.high = 1000};
constexpr Range share{.with_high = false};

std::string augmentation_text(const std::string& text) {
  augmentation_named(text);
  return text;
}

std::vector<Option> length_options() {
  Option epochs = option("epochs", "N", "Instead of --steps: times through the training images",
                         &Train::epochs, whole(1, 100'000));
  Option steps = option("steps", "N", "Batches to train with", &Train::steps, whole(1, 10'000'000));
  epochs.instead_of = "steps";
  steps.instead_of = "epochs";
  steps.text = [](const Train& train) { return train.epochs ? "" : text_of(train.steps); };
  return {steps, epochs,
          option("batch-size", "N", "Images a batch", &Train::batch_size, whole(1, 10'000))};
}

std::vector<Option> network_options() {
  Option network = option("network", "NAME", "reference, plain or residual", &Train::network,
                          name({"reference", "plain", "residual"}));
  network.untold = "reference";
  std::vector<Option> options{
      option("widths", "N,...", "Filters of each block", &Train::widths, list(whole(1, 4096))),
      option("kernels", "N,...", "Sides of the kernels of each block, or of all", &Train::kernels,
             list(whole(1, 27))),
      option("depths", "N,...", "Convolutions behind the pool of each block, or of all",
             &Train::depths, list(whole(0, 100))),
      option("activation", "NAME", "gelu, relu, silu or hard-swish", &Train::activation,
             name({"gelu", "relu", "silu", "hard-swish"})),
      option("stem", "N", "Side of the first convolution's kernel; 0: none", &Train::stem,
             whole(0, 14)),
      option("whiten", "N", "Images whose windows the stem whitens, to stay so; 0: it is trained",
             &Train::whiten, whole(0, 10'000'000)),
      option("norm-momentum", "X", "Of running statistics", &Train::norm_momentum, number(share)),
      option("pool", "NAME", "Behind the blocks: max or average", &Train::pool,
             name({"max", "average"})),
      option("dropout", "X", "Before the last layer", &Train::dropout, number(share)),
      option("output-factor", "X", "What the outputs are multiplied by", &Train::output_factor,
             number(above_0)),
      option("shift-rate", "X", "Rate of the normalisations' shifts, times", &Train::shift_rate,
             number(above_0)),
      option("head-rate", "X", "Rate of the last layer, times", &Train::head_rate,
             number(above_0))};
  for (Option& of_blocks : options)
    of_blocks = std::move(of_blocks).with("network", {"plain", "residual"});
  options.insert(options.begin(), network);
  return options;
}

std::vector<Option> optimizer_options() {
  Option rate = option("learning-rate", "RATE",
                       "Above 0; 0.001 for adam, 0.01 for sgd and nesterov, 0.02 for muon",
                       &Train::learning_rate, number(above_0));
  rate.text = [](const Train& train) { return text_of(train.chosen_learning_rate()); };
  Option decay_of = option("decay-of", "NAME", "What the weight decay is of: all or kernels",
                           &Train::decay_of, name({"all", "kernels"}));
  decay_of.of = "weight-decay";
  decay_of.untold = "all";
  const std::vector<std::string> cycles{"triangle", "one-cycle"};
  return {
      option("optimizer", "NAME", "adam, sgd, nesterov or muon", &Train::optimizer,
             name({"adam", "sgd", "nesterov", "muon"})),
      rate,
      option("momentum", "X", "0.9 for sgd and nesterov, 0.95 for muon", &Train::momentum,
             number(share))
          .with("optimizer", {"sgd", "nesterov", "muon"}),
      option("companion-rate", "RATE", "Of all but kernels, which Adam trains beside muon",
             &Train::companion_rate, number(above_0))
          .with("optimizer", {"muon"}),
      option("lookahead", "N", "Put weights halfway back every so many steps", &Train::lookahead,
             whole(1, 10'000))
          .with("optimizer", {"sgd", "nesterov"}),
      option("schedule", "NAME",
             "How the rate changes: constant, cosine to 0 after a warm-up, step to a tenth after "
             "each third, plateau to a half where the loss stays for 2 epochs, triangle or "
             "one-cycle up and down once, along lines or cosines",
             &Train::schedule,
             name({"constant", "cosine", "step", "plateau", "triangle", "one-cycle"})),
      option("rise", "X", "Share of the steps on the way up", &Train::rise, number({}))
          .with("schedule", cycles),
      option("first", "X", "Share of the rate in the first step", &Train::first, number({}))
          .with("schedule", cycles),
      option("last", "X", "Share of the rate in the last step", &Train::last, number({}))
          .with("schedule", cycles),
      option("weight-decay", "X", "Decoupled, as in AdamW", &Train::weight_decay, number(from_0)),
      decay_of,
      option("clip-norm", "X", "Longest gradient; 0: any", &Train::clip_norm,
             number({.high = 1'000'000})),
      option("average", "X", "End with a moving average of the weights, which keeps so much a step",
             &Train::average, number(share))};
}

std::vector<Option> generalization_options() {
  return {option("label-smoothing", "X", "Below 1", &Train::label_smoothing, number(share)),
          option("augment", "NAME,...",
                 "Change images at random: shift (by 2 pixels), crop, flip, alternating-flip, "
                 "affine, cutout, erase, mixup, cutmix; numbers may follow, as in cutout:8",
                 &Train::augment, list(augmentation_text)),
          option("validation-split", "SHARE",
                 "Of the training images, to validate with after each epoch",
                 &Train::validation_split, number(share)),
          option("early-stopping", "PATIENCE",
                 "Stop where the loss has not fallen for so many epochs, and take the best weights",
                 &Train::early_stopping, whole(0, 100'000)),
          option("views", "NAME",
                 "Test, and validate, with the mean over views of each image: mirrored or shifted",
                 &Train::views, name({"mirrored", "shifted"}))};
}

std::vector<Option> run_options() {
  std::vector<Option> options{
      option("data", "DIR",
             "Folder of the data set [$FASHION_MNIST_DIR, else where it is usually put]",
             &Train::data, path_in),
      option("threads", "N", "", &Train::threads,
             [](const std::string& text) { return whole_number(text, 1, 1024); }),
      option("out", "DIR", "Folder for the model, the report and all measurements", &Train::out,
             path_in)};
  options[1].help = "Threads; results do not depend on them [all]";
  for (Option& of_run : options) of_run.has_influence = false;
  options.insert(
      options.begin(),
      {option("seed", "N", "Of weights, order and dropout; the same seed gives the same model",
              &Train::seed,
              [](const std::string& text) {
                return whole_number(text, std::uint64_t{0},
                                    std::numeric_limits<std::uint64_t>::max());
              }),
       option("checkpoint-every", "N", "Steps from one checkpoint to the next; 0: one at the end",
              &Train::checkpoint_every, whole(0, 10'000'000))});
  return options;
}

/// The table of all options, in the order in which they are told.
const std::vector<Option>& table() {
  static const std::vector<Option> all = [] {
    std::vector<Option> joined;
    for (const auto& part : {length_options(), network_options(), optimizer_options(),
                             generalization_options(), run_options()}) {
      joined.insert(joined.end(), part.begin(), part.end());
    }
    return joined;
  }();
  return all;
}

/// None where there is none of this name.
const Option* find(const std::string& name) {
  const auto found = std::ranges::find(table(), name, &Option::name);
  return found == table().end() ? nullptr : &*found;
}

/// Where the option that this one depends on has a value.
bool has_effect(const Option& option, const std::string& value_of_other) {
  if (option.values.empty()) return value_of_other != "0";
  return std::ranges::find(option.values, value_of_other) != option.values.end();
}
bool has_effect(const Option& option, const Train& train) {
  return option.of.empty() || has_effect(option, find(option.of)->text(train));
}

/// Puts what a file or a recipe says where the command line says nothing, or nothing that leaves it
/// without effect.
void take(CLI::App& command, const std::string& where, const NamedTexts& texts) {
  const auto given = [&](const std::string& name) {
    return !name.empty() && command.count("--" + name) > 0;
  };
  NamedTexts taken;
  for (const auto& [name, text] : texts) {
    const Option* const option = find(name);
    if (option == nullptr) throw CLI::ValidationError(where + ": unknown option '" + name + "'");
    if (given(name) || given(option->instead_of)) continue;
    if (given(option->of) &&
        !has_effect(*option, command.get_option("--" + option->of)->results().front())) {
      continue;
    }
    taken.emplace_back(name, text);
  }
  for (const auto& [name, text] : taken) command.get_option("--" + name)->add_result(text);
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

/// These come first, so that the options see what they say.
void add_sources(CLI::App& command, Train& train) {
  const auto take_file = [&command](const std::filesystem::path& file) {
    take(command, file.string(), read_config(file));
  };
  add_option(command, "--config", "FILE", "Options from a file, such as the config.toml of a run",
             [=](const auto& text) { take_file(path_in(text)); });
  add_option(command, "--resume", "DIR",
             "Go on with the run in DIR, which was interrupted or killed",
             [=, &command, &train](const auto& text) {
               refuse_beside_resume(command);
               train.resume = true;
               train.out = path_in(text);
               take_file(config_in(train.out));
             });
  std::vector<std::string> names;
  for (const Recipe& recipe : recipes()) names.push_back(recipe.name);
  add_option(command, "--recipe", "NAME", "Options under one name: " + one_of_text(names),
             [=, &command](const auto& text) {
               const auto all = recipes();
               const auto recipe = std::ranges::find(all, one_of(text, names), &Recipe::name);
               NamedTexts options;
               for (const std::string& option : parts_of(recipe->options, ' ')) {
                 const auto parts = parts_of(option, '=');
                 options.emplace_back(parts[0], parts[1]);
               }
               take(command, recipe->name, options);
             });
  command.add_flag("--print-config", train.print_config,
                   "Print all of this as --config reads it, and end");
}

}  // namespace

double Train::chosen_learning_rate() const {
  const double usual = optimizer == "adam" ? 0.001 : optimizer == "muon" ? 0.02 : 0.01;
  return learning_rate.value_or(usual);
}

double Train::chosen_momentum() const {
  return momentum.value_or(optimizer == "muon" ? 0.95 : 0.9);
}

void add_options(CLI::App& command, Train& train) {
  add_sources(command, train);
  for (const Option& option : table()) {
    CLI::Option* const added =
        add_option(command, "--" + option.name, option.kind, option.help,
                   [&train, &option](const auto& text) { option.read(train, text); });
    CLI::Option* const other = command.get_option_no_throw("--" + option.instead_of);
    if (other != nullptr) added->excludes(other);
  }
}

void check_options(const CLI::App& command, const Train& train) {
  for (const Option& option : table()) {
    if (command.count("--" + option.name) == 0 || has_effect(option, train)) continue;
    std::string why = "it has no effect with --" + option.of + ' ' + find(option.of)->text(train);
    if (!option.values.empty()) why += ", it is for " + one_of_text(option.values);
    throw CLI::ValidationError("--" + option.name, why);
  }
  if (train.network != "reference" && train.whiten > 0 && train.stem == 0) {
    throw CLI::ValidationError("--whiten", "it has no effect with --stem 0");
  }
}

NamedTexts options_of(const Train& train) {
  NamedTexts options;
  for (const Option& option : table()) {
    const std::string text = option.text(train);
    if (!option.has_influence || text.empty() || text == option.untold) continue;
    if (has_effect(option, train)) options.emplace_back(option.name, text);
  }
  return options;
}

}  // namespace fashion_mnist
