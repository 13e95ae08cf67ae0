#pragma once

#include <tweed/training/training.hpp>

#include <utility>

namespace TWEED_NAMESPACE {

/// Trains `model` on `data` in shuffled batches.
///
///     fit(model, SoftmaxCE{}, Adam{.learning_rate = 1e-3}, train, {.batch_size = 100, .epochs =
///     2});
///
/// For networks with several inputs or outputs the data are a ZipDataset, the loss a SumOfLosses.
///
/// The same model, data, options and seed give the same weights to the bit, for any number of
/// threads. Throws Error where the data do not fit the network or the loss stops being finite.
template <class Net, class T, class Loss, class Optimizer, AnyDataset Data>
History fit(Model<Net, T>& model, const Loss& loss, const Optimizer& optimizer, const Data& data,
            const FitOptions& options = {}) {
  if constexpr (detail::check_parts<Loss, Optimizer, T>()) {
    Training<Net, T, Loss, Optimizer, Data> training(model, loss, optimizer, data, options);
    training.run();
    return std::move(training).history();
  } else {
    return {};
  }
}

/// The same, and after each epoch loss and accuracy on the data set `validation`.
template <class Net, class T, class Loss, class Optimizer, AnyDataset Data, AnyDataset Validation>
History fit(Model<Net, T>& model, const Loss& loss, const Optimizer& optimizer, const Data& data,
            const Validation& validation, const FitOptions& options = {}) {
  if constexpr (detail::check_parts<Loss, Optimizer, T>()) {
    Training<Net, T, Loss, Optimizer, Data, Validation> training(model, loss, optimizer, data,
                                                                 validation, options);
    training.run();
    return std::move(training).history();
  } else {
    return {};
  }
}

}  // namespace TWEED_NAMESPACE
