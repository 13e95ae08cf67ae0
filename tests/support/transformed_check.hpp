#pragma once

#include <tweed/kernels/conv/algorithm.hpp>
#include <support/convolution_run.hpp>

namespace tests {

/// What the passes through a transform give, as a layer calls them. T is float or double.
template <class T>
PassResults<T> run_transformed(tweed::Algorithm algorithm, const ConvolutionSample& s,
                               tweed::kernels::Activation activation, int threads,
                               bool with_dx = true);

/// Compares all passes with the naive convolution, and those behind a ReLU with them.
template <class T>
void check_transformed(tweed::Algorithm algorithm, const ConvolutionSample& s, int threads,
                       double tolerance);

/// Whether 1, 2, 3 and 8 threads give the same bits.
void check_transformed_threads(tweed::Algorithm algorithm, const ConvolutionCase& c);

}  // namespace tests
