// The kernels of tweed::compiled for one instruction set, the one that this is compiled for.

#include "instruction_set.hpp"

#include <tweed/kernels/adam.hpp>
#include <tweed/kernels/add.hpp>
#include <tweed/kernels/average_pool.hpp>
#include <tweed/kernels/batch_norm.hpp>
#include <tweed/kernels/chosen_kernels.hpp>
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

namespace {

// What is left out for a family only spares programs compile time.
template <class T, conv::Family family>
void set_family() {
  using conv::Family;
  conv::chosen::prepare_kernel<T, family>.set(conv::prepare_kernel<T, Family::any>);
  conv::chosen::forward<T, family>.set(conv::forward<T, Family::any>);
  conv::chosen::backward<T, family>.set(conv::backward<T, Family::any>);
}

template <class T>
void set_all() {
  chosen::relu<T>.set(relu<T>);
  chosen::relu_gradient<T>.set(relu_gradient<T>);
  chosen::max_pool<T>.set(max_pool<T>);
  chosen::max_pool_gradient<T>.set(max_pool_gradient<T>);
  chosen::average_pool<T>.set(average_pool<T>);
  chosen::average_pool_gradient<T>.set(average_pool_gradient<T>);
  chosen::global_average_pool<T>.set(global_average_pool<T>);
  chosen::global_average_pool_gradient<T>.set(global_average_pool_gradient<T>);
  chosen::upsample<T>.set(upsample<T>);
  chosen::upsample_gradient<T>.set(upsample_gradient<T>);
  chosen::batch_norm<T>.set(batch_norm<T>);
  chosen::batch_norm_gradient<T>.set(batch_norm_gradient<T>);
  chosen::scale_channels<T>.set(scale_channels<T>);
  chosen::batch_norm_scaling<T>.set(batch_norm_scaling<T>);
  chosen::move_average<T>.set(move_average<T>);
  chosen::add<T>.set(add<T>);
  chosen::concat<T>.set(concat<T>);
  chosen::concat_gradient<T>.set(concat_gradient<T>);
  chosen::multiply<T>.set(multiply<T>);
  chosen::multiply_gradient<T>.set(multiply_gradient<T>);
  chosen::multiply_channels<T>.set(multiply_channels<T>);
  chosen::multiply_channels_gradient<T>.set(multiply_channels_gradient<T>);
  chosen::dense_scratch_bytes<T>.set(dense_scratch_bytes<T>);
  chosen::dense<T>.set(dense<T>);
  chosen::dense_gradient<T>.set(dense_gradient<T>);
  chosen::dropout<T>.set(dropout<T>);
  chosen::dropout_gradient<T>.set(dropout_gradient<T>);
  chosen::adam<T>.set(adam<T>);
  chosen::sgd<T>.set(sgd<T>);
  chosen::sum_of_squares<T>.set(sum_of_squares<T>);
  conv::chosen::scale_filters<T>.set(conv::scale_filters<T>);
  conv::chosen::algorithm_for<T>.set(conv::algorithm_for<T>);
  conv::chosen::largest_kept_bytes<T>.set(conv::largest_kept_bytes<T>);
  conv::chosen::largest_scratch_bytes<T>.set(conv::largest_scratch_bytes<T>);
  conv::chosen::prepared_kernel_bytes<T>.set(conv::prepared_kernel_bytes<T>);
  conv::chosen::prepared_scratch_bytes<T>.set(conv::prepared_scratch_bytes<T>);
  set_family<T, conv::Family::grouped>();
  set_family<T, conv::Family::strided>();
  set_family<T, conv::Family::dense>();
  set_family<T, conv::Family::dense_3x3>();
  set_family<T, conv::Family::any>();
}

}  // namespace

extern const InstructionSet TWEED_KERNELS{tweed::detail::name_of_instruction_set, [] {
                                            set_all<float>();
                                            set_all<double>();
                                          }};

}  // namespace TWEED_NAMESPACE::kernels
