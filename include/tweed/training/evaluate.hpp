#pragma once

#include <tweed/model/predict.hpp>
#include <tweed/training/trainer.hpp>

namespace tweed {

/// Means over a data set.
struct Evaluation {
  double loss = 0.0;
  double accuracy = 0.0;  ///< share of the samples classified right, in [0, 1]
};

/// Loss and accuracy of `model` on `data`, in the order in which the samples lie.
///
///     auto [loss, accuracy] = evaluate(model, SoftmaxCE{}, test);
///
/// Throws Error where the data do not fit the network or there are none.
template <class Net, class T, class Loss, class Pixel>
Evaluation evaluate(const Model<Net, T>& model, const Loss& loss, const Dataset<Pixel>& data,
                    const PredictOptions& options = {}) {
  static_assert(detail::LossFits<Net, Loss>::ok);
  if (data.size() == 0) throw Error("evaluate: the data set is empty");
  LossSum sum;
  detail::for_each_logits(model, data, options,
                          [&](Index, const Batch<const T>& logits, std::span<const Label> labels) {
                            sum += loss.value(logits, labels);
                          });
  return {sum.mean_loss(), sum.accuracy()};
}

}  // namespace tweed
