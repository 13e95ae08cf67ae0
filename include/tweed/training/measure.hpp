#pragma once

#include <tweed/losses/loss.hpp>
#include <tweed/metrics/metric.hpp>
#include <tweed/model/predict.hpp>

#include <type_traits>

namespace TWEED_NAMESPACE {

/// What a metric makes of `model` on `data`, in the order in which the samples lie: returns it,
/// with all that it gathered. The model is a `Model` or a `PreparedModel`.
///
///     const double accuracy = measure(model, ConfusionMatrix(10), test).value();
///
/// The metric gets the output that the options name, and what the data have as targets: a tuple
/// where a `ZipDataset` has several. Throws Error where the data do not fit the network, and where
/// the metric does.
template <class M, class Measured, AnyDataset Data>
Measured measure(const M& model, Measured metric, const Data& data,
                 const PredictOptions& options = {}) {
  using T = typename M::Scalar;
  detail::predicted_shape(model, options);
  detail::DatasetPass<M, Data> pass(model, data, options, !detail::ignores_labels(metric));
  pass(model, [&](Index, auto& inference, const auto& targets, const auto&) {
    using BatchTargets = std::remove_cvref_t<decltype(targets)>;
    static_assert(Metric<Measured, T, BatchTargets>,
                  "tweed: this is no metric for such data; compare it with the concept Metric in "
                  "metrics/metric.hpp");
    if constexpr (Metric<Measured, T, BatchTargets>) {
      const Batch<const T> outputs = inference.output(static_cast<std::size_t>(options.output));
      if constexpr (requires { metric.add(outputs, targets, inference.threads()); }) {
        metric.add(outputs, targets, inference.threads());
      } else {
        metric.add(outputs, targets);
      }
    }
  });
  return metric;
}

}  // namespace TWEED_NAMESPACE
