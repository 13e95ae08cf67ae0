#pragma once

/// The kernels that layers and optimisers call, as `kernels::chosen` and `kernels::conv::chosen`. A
/// program that links tweed::compiled, which defines TWEED_COMPILED, finds them there for float and
/// double; any other compiles them itself.

#ifndef TWEED_COMPILED

#include <tweed/kernels/adam.hpp>
#include <tweed/kernels/add.hpp>
#include <tweed/kernels/average_pool.hpp>
#include <tweed/kernels/batch_norm.hpp>
#include <tweed/kernels/concat.hpp>
#include <tweed/kernels/conv/convolution.hpp>
#include <tweed/kernels/conv/scale_filters.hpp>
#include <tweed/kernels/dense.hpp>
#include <tweed/kernels/dropout.hpp>
#include <tweed/kernels/global_average_pool.hpp>
#include <tweed/kernels/max_pool.hpp>
#include <tweed/kernels/multiply.hpp>
#include <tweed/kernels/relu.hpp>
#include <tweed/kernels/sgd.hpp>
#include <tweed/kernels/sum_of_squares.hpp>
#include <tweed/kernels/upsample.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace chosen = tweed::kernels;

namespace conv {
namespace chosen = tweed::kernels::conv;
}

}  // namespace TWEED_NAMESPACE::kernels

#else
#include <tweed/kernels/chosen_kernels.hpp>
#endif
