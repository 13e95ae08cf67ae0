/// The command line: what `fashion_mnist` understands, and how it says that something is wrong.

#include "commands.hpp"

#include <tweed/core/version.hpp>
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
  for (const auto add :
       {add_explore, add_train, add_evaluate, add_predict, add_export, add_ladder, add_compare}) {
    add(program);
  }
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
