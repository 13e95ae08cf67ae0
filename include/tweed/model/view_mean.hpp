#pragma once

#include <tweed/augment/test_time_view.hpp>
#include <tweed/core/buffer.hpp>
#include <tweed/graph/graph.hpp>

#include <memory>
#include <span>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// Shows a network several views of samples, and has the mean of what it makes of them. Its
/// functions are in `view_mean_functions.hpp`.
template <class T>
class ViewMean {
 public:
  /// Throws Error for views that the network's inputs and outputs do not allow.
  ViewMean(const TestTimeViews& views, const GraphView& graph, Index batch_size, int threads);

  std::size_t views() const { return views_.size(); }
  std::size_t outputs() const { return means_.size(); }
  bool fits(std::span<const Batch<const T>> inputs) const;

  /// What the network is to see in place of these inputs; the first view begins a new mean.
  std::span<const Batch<const T>> look(std::size_t view, std::span<const Batch<const T>> inputs);
  /// Takes what it then puts out as output k.
  void add(std::size_t view, std::size_t k, const Batch<const T>& output);

  Batch<const T> output(std::size_t k) const { return means_[k].first(count_); }

 private:
  /// Memory for samples of one shape.
  struct Samples {
    Buffer<T> values;
    Shape shape{1, 1, 0};
    Batch<const T> first(Index count) const { return {values.data(), count, shape}; }
  };

  TestTimeViews views_;  // their weights add up to 1
  int threads_;
  Index batch_size_;
  Samples seen_;                // of the first input
  std::vector<Samples> means_;  // of each output
  std::vector<Batch<const T>> inputs_;
  Index count_ = 0;
};

/// None where there are no views.
template <class T>
std::shared_ptr<ViewMean<T>> make_view_mean(const TestTimeViews& views, const GraphView& graph,
                                            Index batch_size, int threads);

}  // namespace TWEED_NAMESPACE::detail
