#pragma once

namespace CLI {
class App;
}

/// The sub-commands: each adds itself and its options, and runs when it was asked for. They print
/// to stdout, and throw tweed::Error where they cannot go on.
namespace fashion_mnist {

void add_explore(CLI::App& program);
void add_train(CLI::App& program);
void add_evaluate(CLI::App& program);
void add_predict(CLI::App& program);
void add_export(CLI::App& program);
void add_ladder(CLI::App& program);
void add_compare(CLI::App& program);

}  // namespace fashion_mnist
