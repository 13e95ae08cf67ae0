// The activations of tweed::compiled, for float and double.

#include <tweed/kernels/activation_loops.hpp>
#include <tweed/kernels/channel_softmax.hpp>
#include <tweed/kernels/prelu.hpp>
#include <tweed/layers/activations.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace {

/// Those of all activations, in the order of the list.
template <class T>
constexpr auto all_loops = []<class... F>(std::type_identity<std::tuple<F...>>) {
  return std::array{ActivationLoops<T>{&LoopsOf<F, T>::value, &LoopsOf<F, T>::gradient}...};
}(std::type_identity<Activations>{});

}  // namespace

template <class T>
void activation_value(std::size_t place, double first, double second, const T* x, T* y,
                      Index count) {
  all_loops<T>[place].value({.first = first, .second = second}, x, y, count);
}

template <class T>
void activation_derivative(std::size_t place, double first, double second, const T* from,
                           const T* dy, T* dx, Index count) {
  all_loops<T>[place].gradient({.first = first, .second = second}, from, dy, dx, count);
}

template void activation_value(std::size_t, double, double, const float*, float*, Index);
template void activation_value(std::size_t, double, double, const double*, double*, Index);
template void activation_derivative(std::size_t, double, double, const float*, const float*, float*,
                                    Index);
template void activation_derivative(std::size_t, double, double, const double*, const double*,
                                    double*, Index);

template void channel_softmax(const float*, float*, Index, Index, int);
template void channel_softmax(const double*, double*, Index, Index, int);
template void channel_softmax_gradient(const float*, const float*, float*, Index, Index, int);
template void channel_softmax_gradient(const double*, const double*, double*, Index, Index, int);

template void prelu(const PReLUForward<float>&);
template void prelu(const PReLUForward<double>&);
template void prelu_gradient(const PReLUBackward<float>&);
template void prelu_gradient(const PReLUBackward<double>&);

}  // namespace TWEED_NAMESPACE::kernels
