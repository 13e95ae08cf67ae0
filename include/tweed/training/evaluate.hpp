#pragma once

#include <tweed/losses/sum_of_losses.hpp>
#include <tweed/model/predict.hpp>
#include <tweed/training/trainer.hpp>

#include <array>

namespace TWEED_NAMESPACE {

/// Means over a data set.
struct Evaluation {
  double loss = 0.0;
  /// Share of the samples classified right, of pixels where each has a label, in [0, 1]; 0 in
  /// regression.
  double accuracy = 0.0;
};

/// Means over a data set for a network with several outputs, see SumOfLosses.
template <std::size_t number_of_outputs>
struct Evaluations {
  double loss = 0.0;                                    ///< the sum, with all weights
  double accuracy = 0.0;                                ///< of the first output
  std::array<Evaluation, number_of_outputs> outputs{};  ///< of each, without its weight
};

namespace detail {

inline Evaluation means_of(const LossSum& sum) { return {sum.mean_loss(), sum.accuracy()}; }
template <std::size_t n>
Evaluations<n> means_of(const LossSums<n>& sum) {
  return {sum.mean_loss(), sum.accuracy(),
          of_each_output<n>([&](std::size_t k) { return means_of(sum.outputs[k]); })};
}

template <class M, class Loss, class Data>
auto evaluate(DatasetPass<M, Data>& pass, const M& model, const Loss& loss) {
  typename LossTraits<Loss>::Sum sum;
  pass(model, [&](Index, auto& inference, const auto& targets, const auto& weights) {
    sum += loss_of_pass(loss, inference, targets, weights);
  });
  return means_of(sum);
}

}  // namespace detail

/// Loss and accuracy of `model` on `data`, in the order in which the samples lie. The model is a
/// `Model` or a `PreparedModel`.
///
///     auto [loss, accuracy] = evaluate(model, SoftmaxCE{}, test);
///
/// Returns an Evaluation, or for a SumOfLosses Evaluations, which have each output's as well:
///
///     auto [loss, accuracy, outputs] = evaluate(model, SumOfLosses{...}, test);
///
/// Throws Error where data or loss do not fit the network, where there are no data, and for a batch
/// size below 1.
template <class M, tweed::Loss Loss, AnyDataset Data>
auto evaluate(const M& model, const Loss& loss, const Data& data,
              const PredictOptions& options = {}) {
  detail::check_target_count<Loss, Data>();
  detail::check_loss<Loss>("evaluate", model);
  if (options.output != 0) {
    throw Error("evaluate: an output was chosen, but all of them are evaluated");
  }
  if (data.size() == 0) throw Error("evaluate: the data set is empty");
  detail::DatasetPass<M, Data> pass(model, data, options, !detail::ignores_labels(loss));
  return detail::evaluate(pass, model, loss);
}

}  // namespace TWEED_NAMESPACE
