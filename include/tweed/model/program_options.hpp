#pragma once

#include <tweed/model/network_view.hpp>

#include <span>

namespace TWEED_NAMESPACE::detail {

/// What a network is to run for.
struct ProgramOptions {
  Mode mode = Mode::inference;
  unsigned char folds = folds::none;
  Index batch_size = 1;
  int threads = 1;
  bool is_prepared = false;
  std::span<const char> frozen = {};  ///< for each layer whether nobody wants its gradients
};

/// A network made ready to run, in `model/program.hpp`.
template <class T>
class Program;

/// Bytes that it takes besides the weights.
template <class T>
Index program_bytes(const NetworkView<T>& network, const ProgramOptions& options);

}  // namespace TWEED_NAMESPACE::detail
