#pragma once

/// What layers and optimisers call. A program that links tweed::compiled, which defines
/// TWEED_COMPILED, finds these functions there for float and double; any other compiles them
/// itself.

#include <tweed/core/activations.hpp>
#include <tweed/core/batch.hpp>
#include <tweed/core/random.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/activation_function.hpp>
#include <tweed/kernels/adam_step.hpp>
#include <tweed/kernels/batch_norm_pass.hpp>
#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/pass.hpp>
#include <tweed/kernels/dense_pass.hpp>
#include <tweed/kernels/pool_geometry.hpp>
#include <tweed/kernels/prelu_pass.hpp>
#include <tweed/kernels/sample_size.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

#ifndef TWEED_COMPILED

#include <tweed/kernels/activation_loops.hpp>
#include <tweed/kernels/adam.hpp>
#include <tweed/kernels/add.hpp>
#include <tweed/kernels/average_pool.hpp>
#include <tweed/kernels/batch_norm.hpp>
#include <tweed/kernels/channel_softmax.hpp>
#include <tweed/kernels/concat.hpp>
#include <tweed/kernels/conv/convolution.hpp>
#include <tweed/kernels/dense.hpp>
#include <tweed/kernels/dropout.hpp>
#include <tweed/kernels/global_average_pool.hpp>
#include <tweed/kernels/max_pool.hpp>
#include <tweed/kernels/multiply.hpp>
#include <tweed/kernels/prelu.hpp>
#include <tweed/kernels/relu.hpp>
#include <tweed/kernels/upsample.hpp>

#else

namespace TWEED_NAMESPACE::kernels {

template <class T>
void relu(const T* x, T* y, Index count, int threads);
template <class T>
void relu_gradient(const T* y, const T* dy, T* dx, Index count, int threads);

template <class T>
void activation_value(std::size_t place, double first, double second, const T* x, T* y,
                      Index count);
template <class T>
void activation_derivative(std::size_t place, double first, double second, const T* from,
                           const T* dy, T* dx, Index count);
template <class F, class T>
void LoopsOf<F, T>::value(const Activation& f, const T* x, T* y, Index count) {
  activation_value<T>(activation_place<F>, f.first, f.second, x, y, count);
}
template <class F, class T>
void LoopsOf<F, T>::gradient(const Activation& f, const T* from, const T* dy, T* dx, Index count) {
  activation_derivative<T>(activation_place<F>, f.first, f.second, from, dy, dx, count);
}

template <class T>
void channel_softmax(const T* x, T* y, Index pixels, Index channels, int threads);
template <class T>
void channel_softmax_gradient(const T* y, const T* dy, T* dx, Index pixels, Index channels,
                              int threads);

template <class T>
void prelu(const PReLUForward<T>& pass);
template <class T>
void prelu_gradient(const PReLUBackward<T>& pass);

template <class T>
void max_pool(const PoolGeometry& g, Index batch, const T* x, T* y, PoolTap* taps, int threads);
template <class T>
void max_pool_gradient(const PoolGeometry& g, Index batch, const T* dy, const PoolTap* taps, T* dx,
                       int threads);

template <class T>
void average_pool(const PoolGeometry& g, Index batch, bool counts_padding, const T* x, T* y,
                  int threads);
template <class T>
void average_pool_gradient(const PoolGeometry& g, Index batch, bool counts_padding, const T* dy,
                           T* dx, int threads);

template <class T>
void global_average_pool(const SampleSize& size, const T* x, T* y, int threads);
template <class T>
void global_average_pool_gradient(const SampleSize& size, const T* dy, T* dx, int threads);

template <class T>
void upsample(const Shape& input, Index batch, Window factors, const T* x, T* y, int threads);
template <class T>
void upsample_gradient(const Shape& input, Index batch, Window factors, const T* dy, T* dx,
                       int threads);

template <class T>
void batch_norm(const BatchNormForward<T>& pass);
template <class T>
void batch_norm_gradient(const BatchNormBackward<T>& pass);
template <class T>
void scale_channels(const ChannelScaling<T>& pass);

template <class T>
void add(std::span<const Batch<const T>> x, const Batch<T>& y, const Activation& activation,
         int threads);

template <class T>
void concat(std::span<const Batch<const T>> x, const Batch<T>& y, int threads);
template <class T>
void concat_gradient(const Batch<const T>& dy, std::span<const Batch<T>> dx, int threads);

template <class T>
void multiply(const T* a, const T* b, T* y, Index count, int threads);
template <class T>
void multiply_gradient(const T* a, const T* b, const T* dy, T* da, T* db, Index count, int threads);
template <class T>
void multiply_channels(const SampleSize& size, const T* x, const T* factors, T* y, int threads);
template <class T>
void multiply_channels_gradient(const SampleSize& size, const T* x, const T* factors, const T* dy,
                                T* dx, T* factor_gradients, int threads);

template <class T>
Index dense_scratch_bytes(Index outputs, int threads);
template <class T>
void dense(const DenseForward<T>& pass);
template <class T>
void dense_gradient(const DenseBackward<T>& pass);

template <class T>
void dropout(const T* x, T* y, Index count, double rate, const RandomKey& key, int threads,
             std::uint8_t* is_kept);
template <class T>
void dropout_gradient(const T* dy, const std::uint8_t* is_kept, T* dx, Index count, double rate,
                      int threads);

template <class T>
void adam(const AdamStep<T>& step);

namespace conv {

template <class T>
Algorithm algorithm_for(const Geometry& g, Index batch, Algorithm asked, Kernel kernel);
template <class T>
Index largest_kept_bytes(const Geometry& g, Index batch, Algorithm asked);
template <class T>
Index largest_scratch_bytes(const Geometry& g, Index batch, int threads, Algorithm asked);
template <class T>
Index prepared_kernel_bytes(const Geometry& g, Index batch, Algorithm asked);
template <class T>
Index prepared_scratch_bytes(const Geometry& g, Index batch, int threads, Algorithm asked);
template <class T, Family family>
void prepare_kernel(Algorithm algorithm, const Geometry& g, const T* kernel,
                    std::span<std::byte> to, int threads);
template <class T, Family family>
void forward(Algorithm algorithm, const Geometry& g, const Forward<T>& pass);
template <class T, Family family>
void backward(Algorithm algorithm, const Geometry& g, const Backward<T>& pass);

}  // namespace conv

}  // namespace TWEED_NAMESPACE::kernels

#endif
