#pragma once

#include <tweed/augment/look_at.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/model/view_mean.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::detail {

template <class T>
[[gnu::cold]] ViewMean<T>::ViewMean(const TestTimeViews& views, const GraphView& graph,
                                    Index batch_size, int threads)
    : views_(views), threads_(threads), batch_size_(batch_size) {
  const Shape input = graph.input_shapes()[0];
  double total = 0.0;
  for (const TestTimeView& view : views_) {
    check_view(view, input);
    total += view.weight;
  }
  for (TestTimeView& view : views_) view.weight /= total;
  const ShapeView outputs = graph.output_shapes();
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    if (!outputs[k].is_vector()) {
      throw Error(text("PredictOptions: views cannot be averaged where an output is an image of ",
                       to_string(outputs[k]), ", which moves with the input"));
    }
    means_.push_back({Buffer<T>(batch_size * outputs[k].size()), outputs[k]});
  }
  seen_ = {Buffer<T>(batch_size * input.size()), input};
}

template <class T>
bool ViewMean<T>::fits(std::span<const Batch<const T>> inputs) const {
  return !inputs.empty() && inputs[0].shape == seen_.shape && inputs[0].count <= batch_size_;
}

template <class T>
std::span<const Batch<const T>> ViewMean<T>::look(std::size_t view,
                                                  std::span<const Batch<const T>> inputs) {
  count_ = inputs[0].count;
  if (view == 0) {
    for (Samples& mean : means_) std::ranges::fill(mean.values.values(), T{});
    inputs_.assign(inputs.begin(), inputs.end());
    inputs_[0] = seen_.first(count_);
  }
  look_at(views_[view], inputs[0], Batch<T>{seen_.values.data(), count_, seen_.shape}, threads_);
  return inputs_;
}

template <class T>
void ViewMean<T>::add(std::size_t view, std::size_t k, const Batch<const T>& output) {
  kernels::chosen::blend<T>(views_[view].weight, output.data, 1.0, means_[k].values.data(),
                            output.size(), threads_);
}

template <class T>
[[gnu::cold]] std::shared_ptr<ViewMean<T>> make_view_mean(const TestTimeViews& views,
                                                          const GraphView& graph, Index batch_size,
                                                          int threads) {
  if (views.empty()) return nullptr;
  return std::make_shared<ViewMean<T>>(views, graph, batch_size, threads);
}

}  // namespace TWEED_NAMESPACE::detail
