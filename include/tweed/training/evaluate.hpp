#pragma once

#include <tweed/model/predict.hpp>
#include <tweed/training/trainer.hpp>

namespace TWEED_NAMESPACE {

/// Means over a data set.
struct Evaluation {
  double loss = 0.0;
  double accuracy = 0.0;  ///< share of the samples classified right, in [0, 1]; 0 in regression
};

namespace detail {

/// The model itself, or the one that was prepared.
template <class Net, class T>
const Model<Net, T>& model_of(const Model<Net, T>& model) {
  return model;
}
template <class Net, class T>
const Model<Net, T>& model_of(const PreparedModel<Net, T>& prepared) {
  return prepared.model();
}

template <class M, class Loss, class Data>
Evaluation evaluate(DatasetPass<M, Data>& pass, const M& model, const Loss& loss) {
  LossSum sum;
  pass(model, [&](Index, const auto& outputs, const auto& targets) {
    sum += loss.value(outputs, targets);
  });
  return {sum.mean_loss(), sum.accuracy()};
}

}  // namespace detail

/// Loss and accuracy of `model` on `data`, in the order in which the samples lie. The model is a
/// `Model`, or whatever else `make_inference` takes.
///
///     auto [loss, accuracy] = evaluate(model, SoftmaxCE{}, test);
///
/// Throws Error where data or loss do not fit the network, where there are no data, and for a batch
/// size below 1.
template <class M, class Loss, AnyDataset Data>
Evaluation evaluate(const M& model, const Loss& loss, const Data& data,
                    const PredictOptions& options = {}) {
  detail::check_loss<Loss>("evaluate", detail::model_of(model));
  if (data.size() == 0) throw Error("evaluate: the data set is empty");
  detail::DatasetPass<M, Data> pass(model, data, options);
  return detail::evaluate(pass, model, loss);
}

}  // namespace TWEED_NAMESPACE
