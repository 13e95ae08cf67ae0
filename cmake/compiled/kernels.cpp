// The kernels of tweed::compiled for one instruction set, the one that this is compiled for.

#include "instruction_set.hpp"

#include <tweed/core/activations.hpp>
#include <tweed/kernels/chosen_kernels.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/activations.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace {

/// The loops of all activations, in the order of their list.
template <class T>
constexpr auto all_loops = []<class... F>(std::type_identity<std::tuple<F...>>) {
  return std::array{ActivationLoops<T>{&LoopsOf<F, T>::value, &LoopsOf<F, T>::gradient}...};
}(std::type_identity<Activations>{});

template <class T>
void activation_value(std::size_t place, const Activation& f, const T* x, T* y, Index count,
                      bool streams) {
  all_loops<T>[place].value(f, x, y, count, streams);
}

template <class T>
void activation_derivative(std::size_t place, const Activation& f, const T* from, const T* dy,
                           T* dx, Index count, bool streams) {
  all_loops<T>[place].gradient(f, from, dy, dx, count, streams);
}

// What is left out for a family only spares programs compile time.
template <class T, conv::Family family>
void set_family() {
  using conv::Family;
  conv::prebuilt::prepare_kernel<T, family>.set(conv::prepare_kernel<T, Family::any>);
  conv::prebuilt::forward<T, family>.set(conv::forward<T, Family::any>);
  conv::prebuilt::backward<T, family>.set(conv::backward<T, Family::any>);
}

template <class T>
void set_all() {
  prebuilt::relu<T>.set(relu<T>);
  prebuilt::relu_gradient<T>.set(relu_gradient<T>);
  prebuilt::activation_value<T>.set(activation_value<T>);
  prebuilt::activation_derivative<T>.set(activation_derivative<T>);
  prebuilt::apply_activation<T>.set(apply_activation<T>);
  prebuilt::activation_gradient<T>.set(activation_gradient<T>);
  prebuilt::channel_softmax<T>.set(channel_softmax<T>);
  prebuilt::channel_softmax_gradient<T>.set(channel_softmax_gradient<T>);
  prebuilt::prelu<T>.set(prelu<T>);
  prebuilt::prelu_gradient<T>.set(prelu_gradient<T>);
  prebuilt::max_pool<T>.set(max_pool<T>);
  prebuilt::max_pool_gradient<T>.set(max_pool_gradient<T>);
  prebuilt::average_pool<T>.set(average_pool<T>);
  prebuilt::average_pool_gradient<T>.set(average_pool_gradient<T>);
  prebuilt::global_average_pool<T>.set(global_average_pool<T>);
  prebuilt::global_average_pool_gradient<T>.set(global_average_pool_gradient<T>);
  prebuilt::global_max_pool<T>.set(global_max_pool<T>);
  prebuilt::global_max_pool_gradient<T>.set(global_max_pool_gradient<T>);
  prebuilt::upsample<T>.set(upsample<T>);
  prebuilt::upsample_gradient<T>.set(upsample_gradient<T>);
  prebuilt::bilinear<T>.set(bilinear<T>);
  prebuilt::bilinear_gradient<T>.set(bilinear_gradient<T>);
  prebuilt::batch_norm<T>.set(batch_norm<T>);
  prebuilt::batch_norm_gradient<T>.set(batch_norm_gradient<T>);
  prebuilt::scale_channels<T>.set(scale_channels<T>);
  prebuilt::batch_norm_scaling<T>.set(batch_norm_scaling<T>);
  prebuilt::move_average<T>.set(move_average<T>);
  prebuilt::layer_norm<T>.set(layer_norm<T>);
  prebuilt::layer_norm_gradient<T>.set(layer_norm_gradient<T>);
  prebuilt::group_norm<T>.set(group_norm<T>);
  prebuilt::group_norm_gradient<T>.set(group_norm_gradient<T>);
  prebuilt::local_response_norm<T>.set(local_response_norm<T>);
  prebuilt::local_response_norm_gradient<T>.set(local_response_norm_gradient<T>);
  prebuilt::add<T>.set(add<T>);
  prebuilt::concat<T>.set(concat<T>);
  prebuilt::concat_gradient<T>.set(concat_gradient<T>);
  prebuilt::multiply<T>.set(multiply<T>);
  prebuilt::multiply_gradient<T>.set(multiply_gradient<T>);
  prebuilt::multiply_channels<T>.set(multiply_channels<T>);
  prebuilt::multiply_channels_gradient<T>.set(multiply_channels_gradient<T>);
  prebuilt::crop<T>.set(crop<T>);
  prebuilt::pad<T>.set(pad<T>);
  prebuilt::unfold_blocks<T>.set(unfold_blocks<T>);
  prebuilt::fold_blocks<T>.set(fold_blocks<T>);
  prebuilt::layer_scale<T>.set(layer_scale<T>);
  prebuilt::layer_scale_gradient<T>.set(layer_scale_gradient<T>);
  prebuilt::dense_scratch_bytes<T>.set(dense_scratch_bytes<T>);
  prebuilt::dense<T>.set(dense<T>);
  prebuilt::dense_gradient<T>.set(dense_gradient<T>);
  prebuilt::dropout<T>.set(dropout<T>);
  prebuilt::dropout_gradient<T>.set(dropout_gradient<T>);
  prebuilt::dropout_factors<T>.set(dropout_factors<T>);
  prebuilt::multiply_samples<T>.set(multiply_samples<T>);
  prebuilt::adam<T>.set(adam<T>);
  prebuilt::sgd<T>.set(sgd<T>);
  prebuilt::rmsprop<T>.set(rmsprop<T>);
  prebuilt::adagrad<T>.set(adagrad<T>);
  prebuilt::lion<T>.set(lion<T>);
  prebuilt::muon<T>.set(muon<T>);
  prebuilt::muon_scratch_bytes<T>.set(muon_scratch_bytes<T>);
  prebuilt::sum_of_squares<T>.set(sum_of_squares<T>);
  prebuilt::blend<T>.set(blend<T>);
  prebuilt::mix_with_previous<T>.set(mix_with_previous<T>);
  prebuilt::warp<T>.set(warp<T>);
  prebuilt::adjust_colors<T>.set(adjust_colors<T>);
  conv::prebuilt::scale_filters<T>.set(conv::scale_filters<T>);
  conv::prebuilt::algorithm_for<T>.set(conv::algorithm_for<T>);
  conv::prebuilt::largest_kept_bytes<T>.set(conv::largest_kept_bytes<T>);
  conv::prebuilt::largest_scratch_bytes<T>.set(conv::largest_scratch_bytes<T>);
  conv::prebuilt::prepared_kernel_bytes<T>.set(conv::prepared_kernel_bytes<T>);
  conv::prebuilt::prepared_scratch_bytes<T>.set(conv::prepared_scratch_bytes<T>);
  conv::prebuilt::transposed_scratch_bytes<T>.set(conv::transposed_scratch_bytes<T>);
  conv::prebuilt::transposed_forward<T>.set(conv::transposed_forward<T>);
  conv::prebuilt::transposed_backward<T>.set(conv::transposed_backward<T>);
  conv::prebuilt::scale_transposed_filters<T>.set(conv::scale_transposed_filters<T>);
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
