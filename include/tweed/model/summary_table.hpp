#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/core/text_table.hpp>
#include <tweed/model/program.hpp>

#include <string>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// What a node reads, where that is not the value before it: "add of conv2d_1, relu_2".
inline std::string operands_text(const GraphView& graph, const Node& node,
                                 const std::vector<std::string>& names) {
  const auto inputs = graph.inputs_of(node);
  if (inputs.size() == 1 && inputs[0] + 1 == node.output) return {};
  std::string operands;
  for (const int value : inputs) {
    operands += (operands.empty() ? "of " : ", ") + names[static_cast<std::size_t>(value)];
  }
  return operands;
}

inline TextTable summary_table(const NetworkText& network, Index batch_size) {
  const GraphView& graph = network.graph;
  const auto names = value_names(graph);
  TextTable table;
  table.rows.push_back({"layer", "", "output", "parameters"});
  const auto row = [&](int value, const std::string& description, const std::string& parameters) {
    const auto i = static_cast<std::size_t>(value);
    table.rows.push_back({names[i], description, to_string(graph.shape(value)), parameters});
  };
  int next = 0;  // values in order: an input stands where it was declared
  const auto inputs_before = [&](int value) {
    for (; next < value; ++next) row(next, "", "");
    ++next;
  };
  for (const Node& node : graph.nodes) {
    inputs_before(node.output);
    const auto& layer = network.layer_of(node);
    std::string description = layer.describe(graph.input_of(node), batch_size);
    const std::string operands = operands_text(graph, node, names);
    if (!operands.empty()) description += (description.empty() ? "" : " ") + operands;
    row(node.output, description, with_commas(graph.traits_of(node).parameter_count));
  }
  return table;
}

/// The memory of a program, and the layer at which it holds most: "5.5 MiB, most at conv2d_2".
template <class T>
std::string memory_text(const Program<T>& program, const std::vector<std::string>& names) {
  const Step& step = program.plan().steps()[static_cast<std::size_t>(program.plan().peak().step)];
  std::string at = "the loss";
  if (step.kind == StepKind::sum) {
    at = names[static_cast<std::size_t>(step.node)];
  } else if (step.kind != StepKind::loss) {
    at = names[static_cast<std::size_t>(program.graph().node(step.node).output)];
  }
  return as_mebibytes(program.bytes()) + ", most at " + at +
         (step.kind == StepKind::backward ? " backward" : "");
}

template <class T>
std::string summary_of(const NetworkText& network_text, const NetworkView<T>& network,
                       bool can_fold, Index batch_size, int threads) {
  const GraphView& graph = network.graph;
  checked_batch_size("SummaryOptions", batch_size, graph);
  const auto names = value_names(graph);
  const Index count = graph.parameter_count();
  std::string summary =
      text(summary_table(network_text, batch_size).print(), "parameters: ", with_commas(count),
           " (", as_mebibytes(count * Index{sizeof(T)}), ")\n");
  for (const Mode mode : {Mode::training, Mode::inference}) {
    const bool trains = mode == Mode::training;
    const unsigned char wanted = trains ? folds::in_training : folds::in_inference;
    const Program<T> program(network, {.mode = mode,
                                       .folds = can_fold ? wanted : folds::none,
                                       .batch_size = batch_size,
                                       .threads = resolve_threads(threads)});
    summary += text("memory for ", trains ? "training" : "inference", ", batches of ", batch_size,
                    ": ", memory_text(program, names), "\n");
  }
  return summary;
}

}  // namespace TWEED_NAMESPACE::detail
