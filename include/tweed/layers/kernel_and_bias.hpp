#pragma once

#include <tweed/core/layer.hpp>

/// What layers with a kernel, and perhaps a bias, hand to the functions that compute them.
namespace TWEED_NAMESPACE::detail {

template <class T>
T* bias_of(Tensors<T> tensors) {
  return tensors.size() > 1 ? tensors[1].data() : nullptr;
}

/// A forward pass, without what is peculiar to one kind of layer.
template <template <class> class Forward, class T>
Forward<T> forward_of(const InferPass<T>& pass) {
  Forward<T> run{};
  run.batch = pass.x.count;
  run.x = pass.x.data;
  run.kernel = pass.parameters[0].data();
  run.bias = bias_of(pass.parameters);
  run.y = pass.y.data;
  run.activation = pass.epilogue.activation;
  run.scratch = pass.scratch;
  run.threads = pass.threads;
  return run;
}

/// A backward pass, without what is peculiar to one kind of layer.
template <template <class> class Backward, class T>
Backward<T> backward_of(const BackwardPass<T>& pass) {
  Backward<T> run{};
  run.batch = pass.x.count;
  run.x = pass.x.data;
  run.kernel = pass.parameters[0].data();
  run.y = pass.y.data;
  run.dy = pass.dy.data;
  run.dx = pass.dx.data;
  run.kernel_gradient = pass.gradient(0);
  run.bias_gradient = pass.gradients.size() > 1 ? pass.gradient(1) : nullptr;
  run.activation = pass.epilogue.activation;
  run.scratch = pass.scratch;
  run.threads = pass.threads;
  return run;
}

}  // namespace TWEED_NAMESPACE::detail
