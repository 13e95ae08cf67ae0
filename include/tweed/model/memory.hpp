#pragma once

#include <tweed/model/engine.hpp>
#include <tweed/model/sequential.hpp>

namespace TWEED_NAMESPACE {

/// Bytes that training takes besides the weights, the optimiser's state and the data.
template <StaticNetwork Net, class T = float>
Index training_bytes(Index batch, int threads = 1) {
  return detail::program_bytes(NetworkHandle<Net>().template view<T>(),
                               {.mode = Mode::training,
                                .folds = folds_of<Net>(folds::in_training),
                                .batch_size = batch,
                                .threads = threads});
}

/// Bytes that inference takes besides the weights.
template <StaticNetwork Net, class T = float>
Index inference_bytes(Index batch, int threads = 1) {
  return detail::program_bytes(
      NetworkHandle<Net>().template view<T>(),
      {.folds = folds_of<Net>(folds::in_inference), .batch_size = batch, .threads = threads});
}

}  // namespace TWEED_NAMESPACE
