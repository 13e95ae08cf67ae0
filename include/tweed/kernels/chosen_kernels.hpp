#pragma once

/// What a program that links tweed::compiled finds there in place of the functions that
/// `kernels.hpp` includes for others.

#include <tweed/core/batch.hpp>
#include <tweed/core/random.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/adagrad_step.hpp>
#include <tweed/kernels/adam_step.hpp>
#include <tweed/kernels/affine_map.hpp>
#include <tweed/kernels/batch_norm_pass.hpp>
#include <tweed/kernels/bilinear_pass.hpp>
#include <tweed/kernels/blocks.hpp>
#include <tweed/kernels/box.hpp>
#include <tweed/kernels/chosen_kernel.hpp>
#include <tweed/kernels/color_factors.hpp>
#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/pass.hpp>
#include <tweed/kernels/conv/transposed_pass.hpp>
#include <tweed/kernels/dense_pass.hpp>
#include <tweed/kernels/group_norm_pass.hpp>
#include <tweed/kernels/layer_norm_pass.hpp>
#include <tweed/kernels/layer_scale_pass.hpp>
#include <tweed/kernels/lion_step.hpp>
#include <tweed/kernels/local_response_norm_pass.hpp>
#include <tweed/kernels/muon_step.hpp>
#include <tweed/kernels/pool_geometry.hpp>
#include <tweed/kernels/prelu_pass.hpp>
#include <tweed/kernels/rmsprop_step.hpp>
#include <tweed/kernels/sample_size.hpp>
#include <tweed/kernels/sgd_step.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace TWEED_NAMESPACE::kernels {

namespace prebuilt {

template <class T>
inline ChosenKernel<void(const T* x, T* y, Index count, int threads)> relu;
template <class T>
inline ChosenKernel<void(const T* y, const T* dy, T* dx, Index count, int threads)> relu_gradient;
template <class T>
inline ChosenKernel<void(std::size_t place, const Activation& f, const T* x, T* y, Index count,
                         bool streams)>
    activation_value;
template <class T>
inline ChosenKernel<void(std::size_t place, const Activation& f, const T* from, const T* dy, T* dx,
                         Index count, bool streams)>
    activation_derivative;
template <class T>
inline ChosenKernel<void(const Activation& f, const T* x, T* y, Index count, int threads)>
    apply_activation;
template <class T>
inline ChosenKernel<void(const Activation& f, const T* from, const T* dy, T* dx, Index count,
                         int threads)>
    activation_gradient;
template <class T>
inline ChosenKernel<void(const T* x, T* y, Index pixels, Index channels, int threads)>
    channel_softmax;
template <class T>
inline ChosenKernel<void(const T* y, const T* dy, T* dx, Index pixels, Index channels, int threads)>
    channel_softmax_gradient;
template <class T>
inline ChosenKernel<void(const PReLUForward<T>& pass)> prelu;
template <class T>
inline ChosenKernel<void(const PReLUBackward<T>& pass)> prelu_gradient;
template <class T>
inline ChosenKernel<void(const PoolGeometry& g, Index batch, const T* x, T* y, PoolTap* taps,
                         int threads)>
    max_pool;
template <class T>
inline ChosenKernel<void(const PoolGeometry& g, Index batch, const T* dy, const PoolTap* taps,
                         T* dx, int threads)>
    max_pool_gradient;
template <class T>
inline ChosenKernel<void(const PoolGeometry& g, Index batch, bool counts_padding, const T* x, T* y,
                         int threads)>
    average_pool;
template <class T>
inline ChosenKernel<void(const PoolGeometry& g, Index batch, bool counts_padding, const T* dy,
                         T* dx, int threads)>
    average_pool_gradient;
template <class T>
inline ChosenKernel<void(const SampleSize& size, const T* x, T* y, int threads)>
    global_average_pool;
template <class T>
inline ChosenKernel<void(const SampleSize& size, const T* dy, T* dx, int threads)>
    global_average_pool_gradient;
template <class T>
inline ChosenKernel<void(const SampleSize& size, const T* x, T* y, Index* places, int threads)>
    global_max_pool;
template <class T>
inline ChosenKernel<void(const SampleSize& size, const T* dy, const Index* places, T* dx,
                         int threads)>
    global_max_pool_gradient;
template <class T>
inline ChosenKernel<void(const Shape& input, Index batch, Window factors, const T* x, T* y,
                         int threads)>
    upsample;
template <class T>
inline ChosenKernel<void(const Shape& input, Index batch, Window factors, const T* dy, T* dx,
                         int threads)>
    upsample_gradient;
template <class T>
inline ChosenKernel<void(const BilinearPass<T>& pass)> bilinear;
template <class T>
inline ChosenKernel<void(const BilinearPass<T>& pass)> bilinear_gradient;
template <class T>
inline ChosenKernel<void(const BatchNormForward<T>& pass)> batch_norm;
template <class T>
inline ChosenKernel<void(const BatchNormBackward<T>& pass)> batch_norm_gradient;
template <class T>
inline ChosenKernel<void(const ChannelScaling<T>& pass)> scale_channels;
template <class T>
inline ChosenKernel<void(Index channels, const T* scale, const T* shift, const T* mean,
                         const T* variance, double epsilon, T* factor, T* offset)>
    batch_norm_scaling;
template <class T>
inline ChosenKernel<void(Index channels, double momentum, double times, double by, const T* batch,
                         T* running)>
    move_average;
template <class T>
inline ChosenKernel<void(const LayerNormForward<T>& pass)> layer_norm;
template <class T>
inline ChosenKernel<void(const LayerNormBackward<T>& pass)> layer_norm_gradient;
template <class T>
inline ChosenKernel<void(const GroupNormForward<T>& pass)> group_norm;
template <class T>
inline ChosenKernel<void(const GroupNormBackward<T>& pass)> group_norm_gradient;
template <class T>
inline ChosenKernel<void(const LocalResponseNormForward<T>& pass)> local_response_norm;
template <class T>
inline ChosenKernel<void(const LocalResponseNormBackward<T>& pass)> local_response_norm_gradient;
template <class T>
inline ChosenKernel<void(std::span<const Batch<const T>> x, const Batch<T>& y,
                         const Activation& activation, int threads)>
    add;
template <class T>
inline ChosenKernel<void(std::span<const Batch<const T>> x, const Batch<T>& y, int threads)> concat;
template <class T>
inline ChosenKernel<void(const Batch<const T>& dy, std::span<const Batch<T>> dx, int threads)>
    concat_gradient;
template <class T>
inline ChosenKernel<void(const T* a, const T* b, T* y, Index count, int threads)> multiply;
template <class T>
inline ChosenKernel<void(const T* a, const T* b, const T* dy, T* da, T* db, Index count,
                         int threads)>
    multiply_gradient;
template <class T>
inline ChosenKernel<void(const SampleSize& size, const T* x, const T* factors, T* y, int threads)>
    multiply_channels;
template <class T>
inline ChosenKernel<void(const SampleSize& size, const T* x, const T* factors, const T* dy, T* dx,
                         T* factor_gradients, int threads)>
    multiply_channels_gradient;
template <class T>
inline ChosenKernel<void(const Box& box, Index batch, const T* x, T* y, int threads)> crop;
template <class T>
inline ChosenKernel<void(const Box& box, Index batch, const T* x, T* y, int threads)> pad;
template <class T>
inline ChosenKernel<void(const Blocks& blocks, const T* x, T* y, int threads)> unfold_blocks;
template <class T>
inline ChosenKernel<void(const Blocks& blocks, const T* y, T* x, int threads)> fold_blocks;
template <class T>
inline ChosenKernel<void(Index pixels, Index channels, const T* x, const T* scale, T* y,
                         int threads)>
    layer_scale;
template <class T>
inline ChosenKernel<void(const LayerScaleBackward<T>& pass)> layer_scale_gradient;
template <class T>
inline ChosenKernel<Index(Index outputs, int threads)> dense_scratch_bytes;
template <class T>
inline ChosenKernel<void(const DenseForward<T>& pass)> dense;
template <class T>
inline ChosenKernel<void(const DenseBackward<T>& pass)> dense_gradient;
template <class T>
inline ChosenKernel<void(const T* x, T* y, Index count, double rate, const RandomKey& key,
                         int threads, std::uint8_t* is_kept)>
    dropout;
template <class T>
inline ChosenKernel<void(const T* dy, const std::uint8_t* is_kept, T* dx, Index count, double rate,
                         int threads)>
    dropout_gradient;
template <class T>
inline ChosenKernel<void(Index count, double rate, const RandomKey& key, T* factors, int threads)>
    dropout_factors;
template <class T>
inline ChosenKernel<void(Index batch, Index size, const T* x, const T* factors, T* y, int threads)>
    multiply_samples;
template <class T>
inline ChosenKernel<void(const AdamStep<T>& step)> adam;
template <class T>
inline ChosenKernel<void(const SgdStep<T>& step)> sgd;
template <class T>
inline ChosenKernel<void(const RmspropStep<T>& step)> rmsprop;
template <class T>
inline ChosenKernel<void(const AdagradStep<T>& step)> adagrad;
template <class T>
inline ChosenKernel<void(const LionStep<T>& step)> lion;
template <class T>
inline ChosenKernel<void(const MuonStep<T>& step)> muon;
template <class T>
inline ChosenKernel<Index(Index rows, Index columns, int threads)> muon_scratch_bytes;
template <class T>
inline ChosenKernel<double(const T* x, Index count)> sum_of_squares;
template <class T>
inline ChosenKernel<void(double x_factor, const T* x, double y_factor, T* y, Index count,
                         int threads)>
    blend;
template <class T>
inline ChosenKernel<void(double share, const Batch<T>& x, int threads)> mix_with_previous;
template <class T>
inline ChosenKernel<void(const Shape& shape, const AffineMap& map, const T* x, T* y)> warp;
template <class T>
inline ChosenKernel<void(const Shape& shape, const ColorFactors& by, T* image)> adjust_colors;

}  // namespace prebuilt

namespace conv::prebuilt {

template <class T>
inline ChosenKernel<void(const Geometry& g, const T* kernel, const T* bias, const T* factor,
                         const T* offset, T* scaled_kernel, T* scaled_bias)>
    scale_filters;
template <class T>
inline ChosenKernel<Algorithm(const Geometry& g, Index batch, Algorithm asked, Kernel kernel)>
    algorithm_for;
template <class T>
inline ChosenKernel<Index(const Geometry& g, Index batch, Algorithm asked)> largest_kept_bytes;
template <class T>
inline ChosenKernel<Index(const Geometry& g, Index batch, int threads, Algorithm asked)>
    largest_scratch_bytes;
template <class T>
inline ChosenKernel<Index(const Geometry& g, Index batch, Algorithm asked)> prepared_kernel_bytes;
template <class T>
inline ChosenKernel<Index(const Geometry& g, Index batch, int threads, Algorithm asked)>
    prepared_scratch_bytes;
template <class T, Family family>
inline ChosenKernel<void(Algorithm algorithm, const Geometry& g, const T* kernel,
                         std::span<std::byte> to, int threads)>
    prepare_kernel;
template <class T, Family family>
inline ChosenKernel<void(Algorithm algorithm, const Geometry& g, const Forward<T>& pass)> forward;
template <class T, Family family>
inline ChosenKernel<void(Algorithm algorithm, const Geometry& g, const Backward<T>& pass)> backward;
template <class T>
inline ChosenKernel<Index(const Geometry& g, Index batch, int threads)> transposed_scratch_bytes;
template <class T>
inline ChosenKernel<void(const Geometry& g, const TransposedForward<T>& pass)> transposed_forward;
template <class T>
inline ChosenKernel<void(const Geometry& g, const TransposedBackward<T>& pass)> transposed_backward;
template <class T>
inline ChosenKernel<void(const Geometry& g, const T* kernel, const T* bias, const T* factor,
                         const T* offset, T* scaled_kernel, T* scaled_bias)>
    scale_transposed_filters;

}  // namespace conv::prebuilt

}  // namespace TWEED_NAMESPACE::kernels
