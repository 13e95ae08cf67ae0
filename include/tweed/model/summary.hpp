#pragma once

#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/memory.hpp>
#include <tweed/model/model.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

struct SummaryOptions {
  Index batch_size = 100;  ///< that the memory is told for
  int threads = 1;         ///< likewise; 0: all that OpenMP offers
};

namespace detail {

/// 1447946 as "1,447,946".
inline std::string with_commas(Index number) {
  const std::string digits = std::to_string(number);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

/// 5.5 MiB, say.
inline std::string as_mebibytes(Index bytes) {
  const Index tenths = (bytes * 10 + (1 << 19)) >> 20;
  return text(tenths / 10, ".", tenths % 10, " MiB");
}

/// Rows of cells under a first row of headings; columns as wide as they need to be, the last one of
/// numbers.
struct SummaryTable {
  std::vector<std::array<std::string, 4>> rows;

  std::string print() const {
    std::array<std::size_t, 4> widths{};
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string printed;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::size_t i = 0; i < widths.size(); ++i) {
        const std::string padding(widths[i] - rows[r][i].size(), ' ');
        printed += i + 1 < widths.size() ? rows[r][i] + padding + "  " : padding + rows[r][i];
      }
      printed += '\n';
      if (r == 0 || r + 1 == rows.size()) {
        printed += std::string(widths[0] + widths[1] + widths[2] + widths[3] + 6, '-') + '\n';
      }
    }
    return printed;
  }
};

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

inline SummaryTable summary_table(const NetworkText& network, Index batch_size) {
  const GraphView& graph = network.graph;
  const auto names = value_names(graph);
  SummaryTable table;
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
    const auto& layer = network.layers[static_cast<std::size_t>(node.layer)];
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

template <class T, class Net>
std::string summary_of(const NetworkHandle<Net>& network, const SummaryOptions& options) {
  const GraphView graph = network.text().graph;
  const Index batch_size = checked_batch_size("SummaryOptions", options.batch_size, graph);
  const int threads = resolve_threads(options.threads);
  const auto names = value_names(graph);
  Index count = 0;
  for (const Traits& traits : graph.traits) count += traits.parameter_count;
  const std::string batch = text(", batches of ", batch_size, ": ");
  return text(summary_table(network.text(), batch_size).print(), "parameters: ", with_commas(count),
              " (", as_mebibytes(count * Index{sizeof(T)}), ")\n", "memory for training", batch,
              memory_text(training_program<T>(network, batch_size, threads), names), "\n",
              "memory for inference", batch,
              memory_text(inference_program<T>(network, batch_size, threads), names), "\n");
}

}  // namespace detail

/// A table of the layers with their output shapes and parameter counts, where layers read something
/// else than the layer before, and what the network takes in memory. Throws Error for a batch size
/// below 1.
template <StaticNetwork Net, class T = float>
std::string summary(const SummaryOptions& options = {}) {
  return detail::summary_of<T>(NetworkHandle<Net>(), options);
}

/// The table of a model's network.
template <class Net, class T>
std::string summary(const Model<Net, T>& model, const SummaryOptions& options = {}) {
  return detail::summary_of<T>(model.network(), options);
}

}  // namespace TWEED_NAMESPACE
