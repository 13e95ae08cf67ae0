#pragma once

/// The kernels that layers and optimisers call, as `kernels::chosen` and `kernels::conv::chosen`. A
/// program that links tweed::compiled, which defines TWEED_COMPILED, finds them there for float and
/// double; any other compiles them itself.

#if !defined(TWEED_COMPILED) || defined(TWEED_KERNELS)  // which compiles those of the library

#include <tweed/kernels/activation_loops.hpp>
#include <tweed/kernels/adagrad.hpp>
#include <tweed/kernels/adam.hpp>
#include <tweed/kernels/add.hpp>
#include <tweed/kernels/adjust_colors.hpp>
#include <tweed/kernels/average_pool.hpp>
#include <tweed/kernels/batch_norm.hpp>
#include <tweed/kernels/bilinear.hpp>
#include <tweed/kernels/blend.hpp>
#include <tweed/kernels/channel_softmax.hpp>
#include <tweed/kernels/concat.hpp>
#include <tweed/kernels/conv/convolution.hpp>
#include <tweed/kernels/conv/scale_filters.hpp>
#include <tweed/kernels/conv/transposed.hpp>
#include <tweed/kernels/crop.hpp>
#include <tweed/kernels/dense.hpp>
#include <tweed/kernels/dropout.hpp>
#include <tweed/kernels/dropout_factors.hpp>
#include <tweed/kernels/fold_blocks.hpp>
#include <tweed/kernels/global_average_pool.hpp>
#include <tweed/kernels/global_max_pool.hpp>
#include <tweed/kernels/group_norm.hpp>
#include <tweed/kernels/layer_norm.hpp>
#include <tweed/kernels/layer_scale.hpp>
#include <tweed/kernels/lion.hpp>
#include <tweed/kernels/local_response_norm.hpp>
#include <tweed/kernels/max_pool.hpp>
#include <tweed/kernels/mix_with_previous.hpp>
#include <tweed/kernels/multiply.hpp>
#include <tweed/kernels/muon.hpp>
#include <tweed/kernels/prelu.hpp>
#include <tweed/kernels/relu.hpp>
#include <tweed/kernels/rmsprop.hpp>
#include <tweed/kernels/sgd.hpp>
#include <tweed/kernels/sum_of_squares.hpp>
#include <tweed/kernels/upsample.hpp>
#include <tweed/kernels/warp.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace chosen = tweed::kernels;

namespace conv {
namespace chosen = tweed::kernels::conv;
}

}  // namespace TWEED_NAMESPACE::kernels

#else

#include <tweed/core/activations.hpp>
#include <tweed/kernels/activation_function.hpp>
#include <tweed/kernels/chosen_kernels.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace prebuilt {

/// The loops over the function of the layer F that the library has.
template <class F, class T>
struct LoopsOf {
  static_assert(activation_place<F> < std::tuple_size_v<Activations>,
                "tweed: tweed::compiled has no loops for an activation of one's own; link "
                "tweed::tweed instead");
  static void value(const Activation& f, const T* x, T* y, Index count, bool streams) {
    activation_value<T>(activation_place<F>, f, x, y, count, streams);
  }
  static void gradient(const Activation& f, const T* from, const T* dy, T* dx, Index count,
                       bool streams) {
    activation_derivative<T>(activation_place<F>, f, from, dy, dx, count, streams);
  }
};

}  // namespace prebuilt

namespace chosen = prebuilt;

namespace conv {
namespace chosen = prebuilt;
}

}  // namespace TWEED_NAMESPACE::kernels

#endif
