/// The command line: what `fashion_mnist` understands, and how it says that something is wrong.

#include "commands.hpp"
#include "options.hpp"

#include <tweed/core/version.hpp>
#include <tweed/reporting/compare.hpp>
#include <tweed/reporting/interrupt_watch.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <new>

using namespace fashion_mnist;

namespace {

constexpr int failure = 1;
constexpr int usage_error = 2;
constexpr int interrupted = 130;  // as a shell says it of a program that Ctrl-C ended

void add_explore(CLI::App& program, Explore& explore) {
  CLI::App& command = *program.add_subcommand("explore", "Show what the data set holds");
  add_data(command, explore.data);
  add_path(command, "--out", "FILE",
           "Where the first training images go, as a PNG [" + explore.out.string() + ']',
           explore.out);
  command.callback([&explore] { run(explore); });
}

void add_evaluate(CLI::App& program, Evaluate& evaluate) {
  CLI::App& command = *program.add_subcommand("evaluate", "Test a saved model on all test images");
  add_model(command, evaluate.model);
  add_data(command, evaluate.data);
  add_threads(command, evaluate.threads);
  command.callback([&evaluate] { run(evaluate); });
}

void add_predict(CLI::App& program, Predict& predict) {
  CLI::App& command = *program.add_subcommand("predict", "Show what a saved model sees in images");
  add_model(command, predict.model);
  add_list(command, "images", "IMAGE", "PNG or JPEG files, of any size",
           [&predict](const auto& text) { predict.files.emplace_back(not_empty(text)); });
  add_list(command, "--index", "I...", "Test images, counted from 0", [&predict](const auto& text) {
    predict.images.push_back(whole_number<tweed::Index>(text, 0, 1'000'000));
  });
  add_number(command, "--top", "Classes to show [" + std::to_string(predict.top) + ']', predict.top,
             1, 10);
  command.add_flag("--json", predict.json, "Print JSON, for programs");
  add_data(command, predict.data);
  add_threads(command, predict.threads);
  command.callback([&predict] {
    if (predict.files.empty() && predict.images.empty()) {
      throw CLI::ValidationError("expected image files, or --index");
    }
    run(predict);
  });
}

void add_export(CLI::App& program, Export& exported) {
  CLI::App& command = *program.add_subcommand("export", "Write a saved model as an ONNX file");
  add_model(command, exported.model);
  add_path(command, "--onnx", "FILE", "Where the ONNX file goes", exported.onnx)->required();
  command.add_flag("--softmax", exported.softmax, "Let it give probabilities, not logits");
  command.callback([&exported] { run(exported); });
}

void add_ladder(CLI::App& program, Ladder& ladder) {
  CLI::App& command = *program.add_subcommand(
      "ladder", "Train the five stages from a first network to 90 %, and compare them");
  add_data(command, ladder.data);
  add_number<std::uint64_t>(command, "--seed", "The first [0]", ladder.seed, 0,
                            std::numeric_limits<std::uint64_t>::max() - 100);
  add_number(command, "--seeds", "Trainings a stage, with seeds in a row [1]", ladder.seeds, 1,
             100);
  command.add_flag("--trial", ladder.is_trial, "A hundredth of the steps, to see how it works");
  add_threads(command, ladder.threads);
  add_path(command, "--out", "DIR",
           "Where ladder.html and ladder.json go [" + ladder.out.string() + ']', ladder.out);
  command.callback([&ladder] { run(ladder); });
}

void add_compare(CLI::App& program, Compare& compare) {
  CLI::App& command = *program.add_subcommand("compare", "Put runs side by side");
  add_list(command, "runs", "DIR", "Folders that `train` wrote", [&compare](const auto& text) {
    compare.runs.emplace_back(not_empty(text));
  })->required();
  add_path(command, "--out", "FILE", "Where the page goes [" + compare.out.string() + ']',
           compare.out);
  command.callback([&compare] {
    tweed::compare(compare.runs, compare.out, "Fashion-MNIST, runs side by side");
  });
}

/// One line on stderr, whatever stands in the message.
int complain(const CLI::App& program, std::string message, int exit_code) {
  std::string who = program.get_name();
  for (const CLI::App* command : program.get_subcommands()) who += ' ' + command->get_name();
  const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
  std::ranges::replace_if(message, is_control, ' ');
  std::cerr << who << ": " << message << '\n';
  return exit_code;
}

/// Nothing has gone wrong, unless what was printed got lost.
int finish(const CLI::App& program) {
  return std::cout.flush() ? 0 : complain(program, "cannot write to stdout", failure);
}

/// Prints the help or version that was asked for, or says what is wrong with the command line.
int answer(const CLI::App& program, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    program.exit(error);
    return finish(program);
  }
  const auto unknown = program.remaining(true);
  const bool is_unknown = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const std::string what =
      is_unknown && !unknown.empty() ? "unknown argument '" + unknown.front() + "'" : error.what();
  return complain(program, what + "; see --help", usage_error);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program{"Trains a convolutional network on Fashion-MNIST, and tries it out.",
                   "fashion_mnist"};
  program.set_version_flag("--version", std::string(tweed::version), "Print tweed's version");
  program.require_subcommand(0, 1);
  program.get_formatter()->column_width(26);
  Explore explore;
  Train train;
  Evaluate evaluate;
  Predict predict;
  Export exported;
  Ladder ladder;
  Compare compare;
  add_explore(program, explore);
  add_train(program, train);
  add_evaluate(program, evaluate);
  add_predict(program, predict);
  add_export(program, exported);
  add_ladder(program, ladder);
  add_compare(program, compare);
  program.footer("fashion_mnist COMMAND --help lists the options of a command.");
  try {
    program.parse(argc, argv);
    if (!program.get_subcommands().empty()) return finish(program);
    return complain(program, "expected a command; see --help", usage_error);
  } catch (const tweed::Interrupted& interruption) {
    return complain(program, interruption.what(), interrupted);
  } catch (const CLI::ParseError& error) {
    return answer(program, error);
  } catch (const std::bad_alloc&) {
    return complain(program, "not enough memory; a smaller --batch-size needs less", failure);
  } catch (const std::exception& error) {
    return complain(program, error.what(), failure);
  }
}
