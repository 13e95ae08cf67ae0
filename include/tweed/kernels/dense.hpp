#pragma once

#include <tweed/kernels/bias.hpp>
#include <tweed/kernels/dense_pass.hpp>
#include <tweed/kernels/matmul.hpp>
#include <tweed/kernels/relu.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

template <class T>
constexpr Index dense_scratch_bytes(Index outputs, int threads) {
  return std::max(threads * matmul_scratch_bytes<T>(),
                  bias_gradient_scratch_bytes<T>(outputs, threads));
}

template <class T>
void dense(const DenseForward<T>& pass) {
  matmul<T>(
      row_major(pass.x, pass.batch, pass.inputs), row_major(pass.kernel, pass.inputs, pass.outputs),
      row_major(pass.y, pass.batch, pass.outputs), Write::replace, pass.scratch, pass.threads);
  parallel_for(pass.batch, pass.threads, [&](Index n, int) {
    add_bias(pass.y + n * pass.outputs, 1, pass.outputs, pass.bias, pass.activation);
  });
}

template <class T>
void dense_gradient(const DenseBackward<T>& pass) {
  if (!pass.activation.is_none()) {
    activation_gradient<T>(pass.activation, pass.y, pass.dy, pass.dy, pass.batch * pass.outputs,
                           pass.threads);
  }
  const auto dy = row_major<const T>(pass.dy, pass.batch, pass.outputs);
  if (pass.bias_gradient != nullptr) {
    bias_gradient<T>(pass.dy, pass.batch, pass.outputs, pass.bias_gradient, pass.scratch,
                     pass.threads);
  }
  if (pass.kernel_gradient != nullptr) {
    matmul<T>(row_major(pass.x, pass.batch, pass.inputs).transposed(), dy,
              row_major(pass.kernel_gradient, pass.inputs, pass.outputs), Write::replace,
              pass.scratch, pass.threads);
  }
  if (pass.dx == nullptr) return;
  matmul<T>(dy, row_major(pass.kernel, pass.inputs, pass.outputs).transposed(),
            row_major(pass.dx, pass.batch, pass.inputs), Write::replace, pass.scratch,
            pass.threads);
}

}  // namespace TWEED_NAMESPACE::kernels
