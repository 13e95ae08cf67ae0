#pragma once

#include <tweed/model/engine.hpp>
#include <tweed/model/sequential.hpp>

namespace TWEED_NAMESPACE {

class FoldedGraph;
class Plan;

/// What training and inference have in common: a network, and the memory to run it in, all of which
/// is taken at once. What was moved from has none.
template <class Net, class T>
class NetworkMemory {
 public:
  Index batch_size() const { return executor_.batch_size(); }
  int threads() const { return executor_.threads(); }
  /// Bytes held.
  Index bytes() const { return executor_.bytes(); }

  /// What runs: the network after folding, each node one layer or several. The types are in
  /// `model/program.hpp`.
  const FoldedGraph& folded() const { return executor_.program().folded(); }
  const Plan& plan() const { return executor_.program().plan(); }

  /// Output k of the batch before: a view of memory that the next call overwrites.
  Batch<const T> output(std::size_t k) { return executor_.output(k); }

 protected:
  [[gnu::cold]] NetworkMemory(const char* owner, const NetworkHandle<Net>& network,
                              const detail::ProgramOptions& options)
      : network_(network), executor_(owner, network_.template view<T>(), options) {}

  const NetworkHandle<Net>& network() const { return network_; }
  detail::Executor<T>& executor() { return executor_; }
  const detail::Executor<T>& executor() const { return executor_; }

 private:
  [[no_unique_address]] NetworkHandle<Net> network_;
  detail::Executor<T> executor_;
};

}  // namespace TWEED_NAMESPACE
