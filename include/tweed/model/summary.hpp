#pragma once

#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/memory_plan.hpp>
#include <tweed/model/model.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace tweed {

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

/// A layer's settings, and how it will run where there is a choice.
template <class L>
std::string description_of(const Shape& input, Index batch) {
  std::string description;
  if constexpr (requires { L::describe(); }) description = L::describe();
  if constexpr (requires { L::runs_as(input, batch); }) {
    description += text(", ", L::runs_as(input, batch));
  }
  return description;
}

}  // namespace detail

/// A table of the layers with their output shapes and parameter counts, and what the network takes
/// in memory. Throws Error for a batch size below 1.
template <class Net, class T = float>
std::string summary(const SummaryOptions& options = {}) {
  const Index batch_size = detail::checked_batch_size("SummaryOptions", options.batch_size);
  const int threads = resolve_threads(options.threads);
  detail::SummaryTable table;
  table.rows.push_back({"layer", "", "output", "parameters"});
  table.rows.push_back({"input", "", to_string(Net::input), ""});
  const auto names = numbered_layer_names<Net>();
  [&]<class... Layers>(std::type_identity<std::tuple<Layers...>>) {
    std::size_t i = 0;
    const auto layer = [&]<class L>(std::type_identity<L>) {
      Index count = 0;
      for (const Parameter& p : parameters_of<L>(Net::shapes[i])) count += p.size();
      table.rows.push_back({names[i], detail::description_of<L>(Net::shapes[i], batch_size),
                            to_string(Net::shapes[i + 1]), detail::with_commas(count)});
      ++i;
    };
    (layer(std::type_identity<Layers>{}), ...);
  }(std::type_identity<typename Net::Layers>{});
  const std::string batch = detail::text(", batches of ", batch_size, ": ");
  const auto bytes = [](Index count) { return detail::as_mebibytes(count); };
  return detail::text(
      table.print(), "parameters: ", detail::with_commas(Net::parameter_count), " (",
      bytes(Net::parameter_count * Index{sizeof(T)}), ")\n", "memory for training", batch,
      bytes(training_bytes<Net, T>(batch_size, threads)), "\n", "memory for inference", batch,
      bytes(inference_bytes<Net, T>(batch_size, threads)), "\n");
}

/// The same for a model's network.
template <class Net, class T>
std::string summary(const Model<Net, T>&, const SummaryOptions& options = {}) {
  return summary<Net, T>(options);
}

}  // namespace tweed
