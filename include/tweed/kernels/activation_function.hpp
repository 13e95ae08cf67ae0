#pragma once

#include <tweed/core/activation.hpp>

namespace TWEED_NAMESPACE::kernels {

/// The loops over the function that a layer F defines, which `ActivationLayer` describes.
template <class F, class T>
struct LoopsOf {
  static void value(const Activation& f, const T* x, T* y, Index count, bool streams);
  static void gradient(const Activation& f, const T* from, const T* dy, T* dx, Index count,
                       bool streams);
};

/// What an `Activation` of the layer F points to, with these loops.
template <template <class, class> class Loops, class F>
inline constexpr ActivationFunction activation_function{
    .single_precision = {&Loops<F, float>::value, &Loops<F, float>::gradient},
    .double_precision = {&Loops<F, double>::value, &Loops<F, double>::gradient}};

}  // namespace TWEED_NAMESPACE::kernels
