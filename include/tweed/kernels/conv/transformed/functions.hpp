#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/fft/tile.hpp>
#include <tweed/kernels/conv/transformed/kernel_transform.hpp>
#include <tweed/kernels/conv/transformed/products.hpp>
#include <tweed/kernels/conv/transformed/tile_transform.hpp>
#include <tweed/kernels/conv/winograd/tile.hpp>

namespace tweed::kernels::conv {

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

/// Those of a kind; without Winograd's for a family that has no use for them.
template <class T, Family family>
const TransformFunctions<T>& functions_of(const TransformKind& kind) {
  if constexpr (family == Family::dense_3x3) {
    if (kind == conv::winograd(4)) return winograd_functions<T, 4>;
    if (kind == conv::winograd(6)) return winograd_functions<T, 6>;
  }
  if (kind == fourier(8)) return fourier_functions<T, 8>;
  if (kind == fourier(9)) return fourier_functions<T, 9>;
  if (kind == fourier(16)) return fourier_functions<T, 16>;
  return fourier_functions<T, 32>;
}

}  // namespace tweed::kernels::conv
