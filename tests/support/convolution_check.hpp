#pragma once

#include <tweed/kernels/conv/per_image.hpp>
#include <tweed/kernels/conv/reference.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/naive_convolution.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <type_traits>
#include <vector>

namespace tests {

inline tweed::kernels::conv::Geometry geometry_of(const ConvolutionCase& c) {
  return {slide(c.height, c.kernel.height, c.stride.height, c.padding.rows, c.dilation.height),
          slide(c.width, c.kernel.width, c.stride.width, c.padding.columns, c.dilation.width),
          c.channels, c.filters, c.groups};
}

/// What goes into a case's three passes, and what must come out.
struct ConvolutionSample {
  explicit ConvolutionSample(const ConvolutionCase& the_case) : c(the_case) {}

  ConvolutionCase c;
  NaiveConvolution naive{c};
  std::vector<double> x = numbers<double>(c.batch * c.input_size(), 1);
  std::vector<double> kernel = numbers<double>(c.kernel_size(), 2);
  std::vector<double> bias = numbers<double>(c.filters, 3);
  std::vector<double> dy = numbers<double>(c.batch * naive.output_size(), 4);

  std::vector<double> y = naive.forward(x, kernel, bias);
  std::vector<double> dx = naive.input_gradient(kernel, dy);
  std::vector<double> kernel_gradient = naive.kernel_gradient(x, dy);
};

template <class T>
struct ConvolutionResult {
  std::vector<T> y, y_relu, dx, kernel_gradient, bias_gradient;
};

/// Whether an algorithm has an input gradient of its own.
template <class Algorithm, class T>
inline constexpr bool has_input_gradient = requires(const tweed::kernels::conv::Geometry& g,
                                                    const T* in, T* out) {
  Algorithm::add_gradients(g, in, in, in, out, false, out, out, tweed::Scratch{});
};

/// Runs every pass that `Algorithm` has, with no byte of scratch more than it asks for. All that it
/// writes to is full of NaN before, and what is not wanted stays so.
template <class Algorithm, class T>
ConvolutionResult<T> run_algorithm(const ConvolutionSample& s, int threads,
                                   bool with_dx = has_input_gradient<Algorithm, T>,
                                   bool with_bias = true) {
  namespace conv = tweed::kernels::conv;
  using Runner = conv::PerImage<T, Algorithm>;
  const auto g = geometry_of(s.c);
  const auto x = converted<T>(s.x);
  const auto kernel = converted<T>(s.kernel);
  const auto bias = converted<T>(s.bias);
  const auto dy = converted<T>(s.dy);

  const auto forward = [&](tweed::kernels::Activation activation) {
    Guarded<T> y(s.c.batch * g.output_size());
    Guarded<std::byte> scratch(Runner::forward_bytes(g, s.c.batch, threads));
    Runner::forward(g, {.batch = s.c.batch,
                        .x = x.data(),
                        .kernel = kernel.data(),
                        .bias = with_bias ? bias.data() : nullptr,
                        .y = y.data(),
                        .activation = activation,
                        .scratch = tweed::Scratch(scratch.values()),
                        .threads = threads});
    CHECK(scratch.intact());
    CHECK(y.intact());
    return y.copy();
  };

  ConvolutionResult<T> result;
  result.y = forward(tweed::kernels::Activation::none);
  result.y_relu = forward(tweed::kernels::Activation::relu);

  Guarded<T> dx(s.c.batch * g.input_size());
  Guarded<T> kernel_gradient(g.kernel_size());
  Guarded<T> bias_gradient(g.filters);
  Guarded<std::byte> scratch(Runner::backward_bytes(g, s.c.batch, threads));
  Runner::backward(g, {.batch = s.c.batch,
                       .x = x.data(),
                       .kernel = kernel.data(),
                       .y = nullptr,
                       .dy = dy.data(),
                       .dx = with_dx ? dx.data() : nullptr,
                       .kernel_gradient = kernel_gradient.data(),
                       .bias_gradient = with_bias ? bias_gradient.data() : nullptr,
                       .scratch = tweed::Scratch(scratch.values()),
                       .threads = threads});
  for (const bool intact :
       {scratch.intact(), dx.intact(), kernel_gradient.intact(), bias_gradient.intact()}) {
    CHECK(intact);
  }
  result.kernel_gradient = kernel_gradient.copy();
  result.bias_gradient = bias_gradient.copy();
  if (with_dx) result.dx = dx.copy();
  return result;
}

/// max(0, value) for each.
template <class T>
std::vector<T> rectified(std::vector<T> values) {
  for (T& value : values) value = value < T{} ? T{} : value;
  return values;
}

/// Compares every pass of `Algorithm` with the naive convolution.
template <template <class> class Algorithm, class T>
void check_algorithm(const ConvolutionSample& s, int threads, double tolerance) {
  CAPTURE(to_string(s.c));
  CAPTURE(sizeof(T));
  const auto result = run_algorithm<Algorithm<T>, T>(s, threads);
  CHECK(relative_error(result.y, s.y) < tolerance);
  CHECK(same_bits(result.y_relu, rectified(result.y)));
  CHECK(relative_error(result.kernel_gradient, s.kernel_gradient) < tolerance);
  // Sums of this many numbers below 1, which may cancel each other.
  const auto terms = static_cast<double>(s.c.batch * geometry_of(s.c).output_pixels());
  CHECK(largest_difference(result.bias_gradient, s.naive.bias_gradient(s.dy)) <= tolerance * terms);
  if (has_input_gradient<Algorithm<T>, T>) CHECK(relative_error(result.dx, s.dx) < tolerance);
}

/// The same in both types.
template <template <class> class Algorithm>
void check_algorithm(const ConvolutionSample& s, int threads, double float_tolerance) {
  check_algorithm<Algorithm, float>(s, threads, float_tolerance);
  check_algorithm<Algorithm, double>(s, threads, rounding<double>);
}

/// Whether 1, 2, 3, 8 and 16 threads give the same bits.
template <template <class> class Algorithm>
void check_algorithm_threads(const ConvolutionCase& c) {
  CAPTURE(to_string(c));
  const ConvolutionSample sample(c);
  const auto one = run_algorithm<Algorithm<float>, float>(sample, 1);
  for (const int threads : {2, 3, 8, 16}) {
    CAPTURE(threads);
    const auto more = run_algorithm<Algorithm<float>, float>(sample, threads);
    CHECK(same_bits(more.y, one.y));
    CHECK(same_bits(more.y_relu, one.y_relu));
    CHECK(same_bits(more.dx, one.dx));
    CHECK(same_bits(more.kernel_gradient, one.kernel_gradient));
    CHECK(same_bits(more.bias_gradient, one.bias_gradient));
  }
}

/// Whether no bias is as good as one of zeros.
template <template <class> class Algorithm>
void check_algorithm_without_bias(const std::vector<ConvolutionCase>& cases) {
  constexpr bool with_dx = has_input_gradient<Algorithm<float>, float>;
  for (const ConvolutionCase& c : cases) {
    CAPTURE(to_string(c));
    ConvolutionSample sample(c);
    std::ranges::fill(sample.bias, 0.0);
    const auto zeros = run_algorithm<Algorithm<float>, float>(sample, 2);
    const auto none = run_algorithm<Algorithm<float>, float>(sample, 2, with_dx, false);
    CHECK(same_bits(none.y, zeros.y));
    CHECK(same_bits(none.y_relu, zeros.y_relu));
    CHECK(same_bits(none.dx, zeros.dx));
    CHECK(same_bits(none.kernel_gradient, zeros.kernel_gradient));
  }
}

/// Geometries that have something to them, each for a reason.
inline std::vector<ConvolutionCase> special_convolutions() {
  return {
      {1, 1, 1, 1, 1, 1},                        // the smallest
      {0, 5, 4, 3, 2, 3},                        // no sample
      {2, 3, 2, 2, 3, 7},                        // images smaller than the kernel
      {3, 1, 1, 5, 4, {2, 5}},                   // and much smaller
      {2, 6, 7, 3, 5, 2},                        // even kernels: more zeros at the end
      {2, 6, 7, 3, 5, {4, 3}},                   //
      {2, 9, 8, 4, 6, {1, 5}},                   // rectangular ones
      {2, 5, 5, 3, 4, 1},                        // 1x1
      {2, 7, 8, 4, 6, 1, 2},                     // 1x1 that skips pixels
      {2, 7, 9, 2, 3, 3, {2, 3}},                // strides that differ
      {2, 7, 9, 2, 3, 2, 5},                     // a stride beyond the kernel
      {2, 7, 9, 2, 3, 3, {3, 2}, valid},         // rows and columns that no window reaches
      {3, 4, 5, 2, 7, {4, 5}, 1, valid},         // one output pixel
      {17, 3, 3, 1, 2, 3},                       // more samples than parts of the batch
      {1, 5, 5, 3, 16, 3},                       // filters that fill whole vectors
      {1, 7, 6, 70, 96, 3},                      // and whole panels, for a few pixels
      {6, 7, 6, 70, 96, 3},                      // and for many
      {2, 4, 3, 2, 200, 3},                      // more filters than a block has columns
      {1, 13, 11, 70, 3, 3},                     // patches longer than a block is deep
      {1, 26, 25, 30, 5, 5},                     // several strips of rows
      {1, 3, 200, 70, 2, {3, 7}, {1, 2}, valid}  // one row longer than a strip
  };
}

/// Geometries whose sides have zeros of their own number.
inline std::vector<ConvolutionCase> padded_convolutions() {
  return {{1, 1, 1, 1, 1, 3, 1, 1},                              // zeros all around one pixel
          {1, 7, 7, 3, 5, 3, 2, 1},                              // as PyTorch halves an image
          {2, 8, 8, 3, 5, 3, 2, 1},                              // the last zeros unused
          {1, 7, 5, 2, 9, 3, 1, {1, 0, 1, 0}},                   // in front only
          {3, 5, 7, 9, 4, 3, 1, {0, 1, 0, 1}},                   // behind only
          {1, 11, 13, 17, 16, 3, 1, {2, 0, 1, 2}},               // each side another number
          {1, 5, 3, 6, 6, 5, 1, {4, 4, 0, 3}},                   // as many as there can be
          {2, 14, 13, 5, 7, 5, 1, {1, 2}},                       // for a tile of 16
          {1, 29, 31, 3, 18, 5, 1, {3, 1, 0, 2}},                // for several tiles
          {1, 20, 3, 2, 3, {7, 2}, 1, {6, 0, 0, 1}},             // more zeros than a tile's step
          {2, 9, 10, 3, 5, {5, 3}, {2, 3}, {4, 0, 1, 2}},        // strides that differ
          {2, 7, 8, 3, 5, 3, 1, {1, 4, 3, 0}, 2},                // dilated
          {1, 2, 2, 3, 4, 2, 1, {2, 1, 2, 3}, 3},                // outputs that no tap reaches
          {1, 9, 8, 2, 4, 3, 2, {2, 3, 0, 4}, 2},                // dilated, strided
          {13, 3, 3, 70, 9, 3, 1, {2, 0, 0, 1}},                 // many small images
          {14, 6, 5, 6, 9, 3, 2, {1, 0, 0, 2}, 1, 3},            // in groups
          {2, 17, 18, 32, 32, 3, 1, {0, 1, 2, 0}, 1, 32},        // depthwise
          {2, 17, 18, 32, 32, 3, 2, 1, 1, 32},                   // strided
          {1, 9, 8, 6, 6, {5, 4}, {2, 1}, {3, 0, 1, 2}, 1, 6},   // of another window
          {1, 9, 8, 4, 8, 3, {1, 2}, {4, 1, 0, 2}, {3, 2}, 2}};  // dilated
}

/// Geometries with gaps between the taps.
inline std::vector<ConvolutionCase> dilated_convolutions() {
  return {
      {2, 7, 8, 3, 5, 3, 1, same, 2},                 // the usual one
      {2, 9, 8, 3, 5, {3, 2}, 1, valid, {2, 3}},      // axes that differ
      {3, 9, 9, 2, 4, 3, 2, same, 3},                 // strides too
      {2, 2, 2, 3, 4, 2, 1, same, 3},                 // outputs that no tap reaches
      {1, 5, 4, 3, 4, {5, 3}, {2, 3}, same, {4, 2}},  // a kernel that reaches far beyond the image
      {1, 3, 3, 9, 4, 1, 1, same, 5}                  // one tap, and so no gap
  };
}

/// Geometries whose filters see a part of the channels.
inline std::vector<ConvolutionCase> grouped_convolutions() {
  return {
      {2, 6, 5, 7, 7, 3, 1, same, 1, 7},                // depthwise
      {2, 7, 7, 33, 33, 3, 2, same, 1, 33},             // strided, more channels than vectors hold
      {1, 9, 9, 16, 16, {5, 3}, {1, 2}, valid, 1, 16},  // rectangular
      {2, 6, 7, 5, 15, 3, 1, same, 1, 5},               // several filters a channel
      {2, 8, 9, 4, 4, 3, {3, 2}, same, {2, 1}, 4},      // strided and dilated
      {2, 2, 2, 3, 3, 2, 1, same, 3, 3},                // outputs that no tap reaches
      {1, 7, 9, 3, 3, 2, 5, same, 1, 3},                // inputs that no tap reaches
      {2, 1, 1, 3, 3, 7, 1, same, 1, 3},                // image smaller than the kernel
      {3, 5, 6, 6, 9, 3, 1, same, 1, 3},                // groups of 2 channels and 3 filters
      {2, 4, 5, 34, 68, 1, 1, same, 1, 2},              // large groups, 1x1
      {1, 40, 50, 40, 40, 3, 1, same, 1, 10},           // several strips
      {0, 5, 5, 4, 4, 3, 1, same, 1, 4},                // no sample
      {19, 3, 3, 2, 2, 3, 1, same, 1, 2},               // more samples than parts of the batch
      {2, 7, 7, 32, 32, 3, 1, same, 1, 32},             // depthwise, full vectors, a tile a row
      {1, 9, 17, 16, 16, 3, 1, same, 1, 16},            // tiles that overlap, odd rows
      {2, 6, 19, 32, 32, 3, 2, same, 1, 32},            // the same with a stride
      {1, 18, 16, 16, 16, 3, 1, valid, 1, 16},          // no zeros around it
      {2, 4, 3, 1, 3, 3}                                // one channel, and so one group
  };
}

/// `count` geometries small enough to go through the naive convolution.
inline std::vector<ConvolutionCase> random_convolutions(Index count, std::uint32_t stream) {
  Picker pick(stream);
  const std::vector<Index> depths{1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 24, 31, 32, 33};
  const std::vector<Index> sides{1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 19, 28};
  std::vector<ConvolutionCase> cases;
  while (std::ssize(cases) < count) {
    ConvolutionCase c{.batch = pick.pick<Index>({1, 1, 2, 3, 5, 8, 9}),
                      .height = pick.pick(sides),
                      .width = pick.pick(sides),
                      .channels = pick.pick(depths),
                      .filters = pick.pick(depths),
                      .kernel = {pick.between(1, 7), pick.between(1, 7)},
                      .stride = {pick.pick<Index>({1, 1, 2, 3}), pick.pick<Index>({1, 1, 2, 3})},
                      .padding = pick.pick<tweed::Padding>({same, valid})};
    const auto zeros = [&](Index span) { return pick.between(0, span - 1); };
    if (pick.between(0, 2) == 0) {
      c.padding = {zeros(c.kernel.height), zeros(c.kernel.height), zeros(c.kernel.width),
                   zeros(c.kernel.width)};
    }
    const auto g = geometry_of(c);
    if (g.output_size() == 0 || c.batch * g.multiplications() > 300'000) continue;
    cases.push_back(c);
  }
  return cases;
}

/// The same, with groups and dilation.
inline std::vector<ConvolutionCase> random_grouped_convolutions(Index count, std::uint32_t stream) {
  Picker pick(stream);
  auto cases = random_convolutions(count, stream + 1);
  for (ConvolutionCase& c : cases) {
    c.groups = pick.pick<Index>({2, 3, 4, 8, 17});
    c.channels = c.groups * pick.pick<Index>({1, 1, 1, 2, 5});
    c.filters = c.groups * pick.pick<Index>({1, 1, 1, 2, 3});
    c.dilation = {pick.pick<Index>({1, 1, 2, 3}), pick.pick<Index>({1, 1, 2, 3})};
    if (geometry_of(c).output_size() == 0) c.padding = same;
  }
  return cases;
}

}  // namespace tests
