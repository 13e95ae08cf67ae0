#pragma once

#include <tweed/kernels/conv/transformed_by.hpp>

namespace tweed::kernels::conv {

/// Convolution by the fast Fourier transform. Its rounding errors are near those of plain sums.
template <Index n, class T>
using Fft = TransformedBy<fourier(n), T>;

}  // namespace tweed::kernels::conv
