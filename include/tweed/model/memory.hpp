#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/model/program.hpp>
#include <tweed/model/sequential.hpp>

namespace TWEED_NAMESPACE {

namespace detail {

/// How a network of any kind trains, and how it predicts.
template <class T, class Net>
Program<T> training_program(const NetworkHandle<Net>& network, Index batch_size, int threads) {
  return {network.template view<T>(),
          {.mode = Mode::training,
           .folds = folds_of<Net>(folds::in_training),
           .batch_size = batch_size,
           .threads = threads}};
}
template <class T, class Net>
Program<T> inference_program(const NetworkHandle<Net>& network, Index batch_size, int threads) {
  return {network.template view<T>(),
          {.mode = Mode::inference,
           .folds = folds_of<Net>(folds::in_inference),
           .batch_size = batch_size,
           .threads = threads}};
}

}  // namespace detail

/// Bytes that training takes besides the weights, the optimiser's state and the data.
template <StaticNetwork Net, class T = float>
Index training_bytes(Index batch, int threads = 1) {
  return detail::training_program<T>(NetworkHandle<Net>(), batch, threads).bytes();
}

/// Bytes that inference takes besides the weights.
template <StaticNetwork Net, class T = float>
Index inference_bytes(Index batch, int threads = 1) {
  return detail::inference_program<T>(NetworkHandle<Net>(), batch, threads).bytes();
}

}  // namespace TWEED_NAMESPACE
