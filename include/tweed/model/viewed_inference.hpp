#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/model/inference.hpp>
#include <tweed/model/predict_options.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// An inference that looks at samples in the ways that the options name, and puts out the mean of
/// what it makes of them. Without such views it is that inference.
template <class M>
class ViewedInference {
  using T = typename M::Scalar;

 public:
  /// For `size` samples in all. Throws Error for views that the network's inputs and outputs do not
  /// allow.
  [[gnu::cold]] ViewedInference(const M& model, const GraphView& graph, Index size,
                                const PredictOptions& options)
      : inference_(make_inference(model, batch_size_for(size, options), options.threads)),
        views_(options.views) {
    if (views_.empty()) return;
    const ShapeView inputs = graph.input_shapes();
    for (const TestTimeView& view : views_) check_view(view, inputs[0]);
    view_ = {batch_size() * inputs[0].size(), inputs[0]};
    const ShapeView outputs = graph.output_shapes();
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (!outputs[k].is_vector()) {
        throw Error(text("PredictOptions: views cannot be averaged where an output is an image of ",
                         to_string(outputs[k]), ", which moves with the input"));
      }
      means_.emplace_back(batch_size() * outputs[k].size(), outputs[k]);
    }
    double total = 0.0;
    for (const TestTimeView& view : views_) total += view.weight;
    for (TestTimeView& view : views_) view.weight /= total;
  }

  Index batch_size() const { return inference_.batch_size(); }
  int threads() const { return inference_.threads(); }

  /// Throws Error where the inference does.
  void operator()(const M& model, std::span<const Batch<const T>> inputs) {
    if (views_.empty() || !fits(inputs)) {
      inference_(model, inputs);  // which says what does not fit
      return;
    }
    count_ = inputs[0].count;
    for (Images& mean : means_) std::ranges::fill(mean.values.values(), T{});
    inputs_.assign(inputs.begin(), inputs.end());
    inputs_[0] = view_.first(count_);
    for (const TestTimeView& view : views_) {
      look(view, inputs[0], view_.first(count_), threads());
      inference_(model, inputs_);
      for (std::size_t k = 0; k < means_.size(); ++k) add(view, k);
    }
  }

  /// Output k of the batch before: a view of memory that the next call overwrites.
  Batch<const T> output(std::size_t k) {
    return views_.empty() ? inference_.output(k) : means_[k].first(count_);
  }

 private:
  /// Memory for samples of one shape.
  struct Images {
    Images() = default;
    Images(Index size, const Shape& of) : values(size), shape(of) {}

    Batch<T> first(Index count) { return {values.data(), count, shape}; }

    Buffer<T> values;
    Shape shape{1, 1, 0};
  };

  bool fits(std::span<const Batch<const T>> inputs) const {
    return !inputs.empty() && inputs[0].shape == view_.shape && inputs[0].count <= batch_size();
  }

  void add(const TestTimeView& view, std::size_t k) {
    const Batch<const T> output = inference_.output(k);
    kernels::chosen::blend<T>(view.weight, output.data, 1.0, means_[k].values.data(), output.size(),
                              threads());
  }

  decltype(make_inference(std::declval<const M&>(), 1, 1)) inference_;
  TestTimeViews views_;
  Images view_;                // of the first input
  std::vector<Images> means_;  // of each output
  std::vector<Batch<const T>> inputs_;
  Index count_ = 0;
};

}  // namespace TWEED_NAMESPACE::detail
