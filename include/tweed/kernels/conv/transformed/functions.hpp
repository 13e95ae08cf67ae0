#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/fft/tile.hpp>
#include <tweed/kernels/conv/transformed/kernel_transform.hpp>
#include <tweed/kernels/conv/transformed/products.hpp>
#include <tweed/kernels/conv/transformed/tile_transform.hpp>
#include <tweed/kernels/conv/winograd/tile.hpp>

#include <cstddef>
#include <utility>

namespace TWEED_NAMESPACE::kernels::conv {

/// The functions of one kind of transform, for a driver that is compiled once for all kinds.
template <class T>
struct TransformFunctions {
  using Layout = TransformLayout<T>;
  using Forward = void(const Layout&, const TransformSide&, const T* image, Index tile,
                       const ChannelRange&, T* slots, Scratch);
  using Inverse = void(const Layout&, const TransformSide&, const T* slots, Index tile,
                       const ChannelRange&, const Finish<T>&, T* image, Scratch);

  Forward* forward_input;
  Forward* forward_output;  ///< of its gradient
  Inverse* inverse_input;   ///< of its gradient
  Inverse* inverse_output;
  void (*forward_kernel)(const Geometry&, const Layout&, const KernelSource<T>&, T* slots,
                         const WorkerScratch&, int threads);
  void (*inverse_kernel)(const Geometry&, const Layout&, const T* slots, T* gradient,
                         const WorkerScratch&, int threads);
  RealProduct<T>* real_product;
};

template <class T, class InputTile, class OutputTile, class KernelTile,
          RealProduct<T>* real_product>
inline constexpr TransformFunctions<T> transform_functions{TileTransform<InputTile, T>::forward,
                                                           TileTransform<OutputTile, T>::forward,
                                                           TileTransform<InputTile, T>::inverse,
                                                           TileTransform<OutputTile, T>::inverse,
                                                           KernelTransform<KernelTile, T>::forward,
                                                           KernelTransform<KernelTile, T>::inverse,
                                                           real_product};

template <class T, Index n>
inline constexpr const TransformFunctions<T>& fourier_functions =
    transform_functions<T, fft::Tile<static_cast<int>(n), T>, fft::Tile<static_cast<int>(n), T>,
                        fft::Tile<static_cast<int>(n), T>, few_real_products<T>>;

template <class T, Index m>
inline constexpr const TransformFunctions<T>& winograd_functions =
    transform_functions<T, winograd::Tile<m, Grid::input, T>, winograd::Tile<m, Grid::output, T>,
                        winograd::Tile<m, Grid::kernel, T>, many_real_products<T>>;

/// The functions of the transform that the algorithm A has of some kind.
template <class T, class A>
const TransformFunctions<T>& functions_of(const TransformKind& kind) {
  if constexpr (requires { A::tile_outputs; }) {
    return winograd_functions<T, A::tile_outputs>;
  } else {
    const TransformFunctions<T>* functions = nullptr;
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      ((kind.size == fft_sizes[i] ? void(functions = &fourier_functions<T, fft_sizes[i]>) : void()),
       ...);
    }
    (std::make_index_sequence<fft_sizes.size()>{});
    return *functions;
  }
}

}  // namespace TWEED_NAMESPACE::kernels::conv
