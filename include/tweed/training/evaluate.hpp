#pragma once

#include <tweed/model/predict.hpp>
#include <tweed/training/trainer.hpp>

namespace tweed {

/// Means over a data set.
struct Evaluation {
  double loss = 0.0;
  double accuracy = 0.0;  ///< share of the samples classified right, in [0, 1]; 0 in regression
};

namespace detail {

template <class M, class Loss, class Data>
Evaluation evaluate(DatasetPass<M, Data>& pass, const M& model, const Loss& loss) {
  LossSum sum;
  pass(model, [&](Index, const auto& outputs, const auto& targets) {
    sum += loss.value(outputs, targets);
  });
  return {sum.mean_loss(), sum.accuracy()};
}

}  // namespace detail

/// Loss and accuracy of `model` on `data`, in the order in which the samples lie.
///
///     auto [loss, accuracy] = evaluate(model, SoftmaxCE{}, test);
///
/// Throws Error where the data do not fit the network or there are none.
template <class Net, class T, class Loss, AnyDataset Data>
Evaluation evaluate(const Model<Net, T>& model, const Loss& loss, const Data& data,
                    const PredictOptions& options = {}) {
  static_assert(detail::LossFits<Net, Loss>::ok);
  if (data.size() == 0) throw Error("evaluate: the data set is empty");
  detail::DatasetPass<Model<Net, T>, Data> pass(model, data, options);
  return detail::evaluate(pass, model, loss);
}

}  // namespace tweed
