#pragma once

#include <tweed/model/inference.hpp>
#include <tweed/model/predict_options.hpp>
#include <tweed/model/view_mean.hpp>
#ifndef TWEED_COMPILED
#include <tweed/model/view_mean_functions.hpp>
#endif

#include <memory>
#include <span>
#include <utility>

namespace TWEED_NAMESPACE::detail {

/// An inference that looks at samples in the ways that the options name, and puts out the mean of
/// what it makes of them. Without such views it is that inference.
template <class M>
class ViewedInference {
  using T = typename M::Scalar;

 public:
  /// For `size` samples in all. Throws Error for views that the network's inputs and outputs do not
  /// allow.
  [[gnu::cold]] ViewedInference(const M& model, Index size, const PredictOptions& options)
      : inference_(make_inference(model, batch_size_for(size, options), options.threads)),
        mean_(make_view_mean<T>(options.views, model.graph(), batch_size(), threads())) {}

  Index batch_size() const { return inference_.batch_size(); }
  int threads() const { return inference_.threads(); }

  /// Throws Error where the inference does.
  void operator()(const M& model, std::span<const Batch<const T>> inputs) {
    if (!mean_ || !mean_->fits(inputs)) {
      inference_(model, inputs);  // which says what does not fit
      return;
    }
    for (std::size_t view = 0; view < mean_->views(); ++view) {
      inference_(model, mean_->look(view, inputs));
      for (std::size_t k = 0; k < mean_->outputs(); ++k) mean_->add(view, k, inference_.output(k));
    }
  }

  /// Output k of the batch before: a view of memory that the next call overwrites.
  Batch<const T> output(std::size_t k) { return mean_ ? mean_->output(k) : inference_.output(k); }

 private:
  decltype(make_inference(std::declval<const M&>(), 1, 1)) inference_;
  std::shared_ptr<ViewMean<T>> mean_;
};

}  // namespace TWEED_NAMESPACE::detail
