#pragma once

#include <tweed/kernels/conv/transformed_by.hpp>

namespace tweed::kernels::conv {

/// Convolution by Winograd's minimal filtering F(m x m, 3 x 3) (Lavin and Gray, *Fast Algorithms
/// for Convolutional Neural Networks*, CVPR 2016): tiles of m + 2 inputs give m outputs a side.
template <Index m, class T>
using Winograd = TransformedBy<winograd(m), T>;

}  // namespace tweed::kernels::conv
