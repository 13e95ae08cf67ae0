#pragma once

#include <tweed/core/namespace.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>

namespace TWEED_NAMESPACE {

// In layers/, each in a file of its own.
struct ClipLayer;
struct ELULayer;
struct GELU;
struct GELUTanh;
struct HardSigmoidLayer;
struct HardSwish;
struct LeakyReLULayer;
struct Mish;
struct ReLU6;
struct SELU;
struct Sigmoid;
struct SiLU;
struct Softplus;
struct Tanh;

/// The layers that apply a function to each number, besides ReLU.
using Activations = std::tuple<ClipLayer, ELULayer, GELU, GELUTanh, HardSigmoidLayer, HardSwish,
                               LeakyReLULayer, Mish, ReLU6, SELU, Sigmoid, SiLU, Softplus, Tanh>;

/// The place of a layer in that list, or its length for one that is not there.
template <class F>
inline constexpr std::size_t activation_place =
    []<class... All>(std::type_identity<std::tuple<All...>>) {
      constexpr std::array is_it{std::is_same_v<F, All>...};
      return static_cast<std::size_t>(std::ranges::find(is_it, true) - is_it.begin());
    }(std::type_identity<Activations>{});

}  // namespace TWEED_NAMESPACE
