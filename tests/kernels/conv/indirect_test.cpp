#include <tweed/kernels/conv/indirect.hpp>
#include <support/convolution_run.hpp>

using tests::ConvolutionSample;
using tests::Index;
using tweed::kernels::Activation;
using namespace tweed::kernels::conv;

namespace {

/// The passes of the algorithm, for `run_passes`.
template <class T>
struct IndirectPasses {
  Geometry g;
  Index batch;
  int threads;
  bool is_prepared = false;

  Index kept_bytes() const { return 0; }
  Index forward_bytes() const { return Indirect<T>::forward_bytes(g, batch, threads); }
  Index backward_bytes() const { return Indirect<T>::backward_bytes(g, batch, threads); }
  void forward(Forward<T> pass) const {
    tests::Guarded<std::byte> transform(is_prepared ? Indirect<T>::prepared_bytes(g) : 0);
    if (is_prepared) Indirect<T>::prepare(g, pass.kernel, transform.values(), threads);
    pass.kernel_transform = transform.values();
    Indirect<T>::forward(g, pass);
    CHECK(transform.intact());
  }
  void backward(const Backward<T>& pass) const { Indirect<T>::backward(g, pass); }
};

template <class T>
tests::PassResults<T> run(const ConvolutionSample& s, Activation activation, int threads,
                          bool is_prepared = false) {
  const IndirectPasses<T> passes{tests::geometry_of(s.c), s.c.batch, threads, is_prepared};
  return tests::run_passes<T>(passes, s, activation, threads);
}

template <class T>
void check(const ConvolutionSample& s, int threads) {
  CAPTURE(to_string(s.c));
  CAPTURE(sizeof(T));
  const auto result = run<T>(s, Activation::none, threads);
  CHECK(tests::relative_error(result.y, s.y) < tests::rounding<T>);
  CHECK(tests::relative_error(result.dx, s.dx) < tests::rounding<T>);
  CHECK(tests::relative_error(result.kernel_gradient, s.kernel_gradient) < tests::rounding<T>);
  const Index pixels = s.c.batch * tests::geometry_of(s.c).output_pixels();
  CHECK(tests::error_of(result.bias_gradient, s.naive.bias_gradient(s.dy), pixels) <
        tests::rounding<T>);
  CHECK(tests::same_bits(run<T>(s, Activation::relu, threads).y, tests::rectified(result.y)));
}

void check(const std::vector<tests::ConvolutionCase>& cases) {
  int threads = 0;
  for (const auto& c : cases) {
    threads = threads % 3 + 1;
    const ConvolutionSample sample(c);
    check<float>(sample, threads);
    check<double>(sample, threads);
  }
}

}  // namespace

TEST_CASE("indirect: special geometries agree with the naive convolution") {
  check(tests::special_convolutions());
  check(tests::padded_convolutions());
  check(tests::dilated_convolutions());
  check(tests::grouped_convolutions());
}

TEST_CASE("indirect: random geometries agree with the naive convolution") {
  check(tests::random_convolutions(300, 11));
  check(tests::random_grouped_convolutions(200, 25));
}

TEST_CASE("indirect: products of several blocks agree with the naive convolution") {
  check({{1, 14, 13, 60, 70, 3},                                     // deeper than a block
         {2, 9, 11, 121, 131, 1},                                    // 1x1
         {5, 7, 7, 33, 17, 1},                                       // 1x1, more than a block
         {1, 12, 12, 60, 10, 3, 2},                                  // strided
         {1, 5, 34, 530, 20, 1},                                     // pixels far apart
         {1, 7, 9, 300, 9, 3, 2},                                    // the same, strided
         {1, 6, 6, 120, 140, {2, 3}, 1, tweed::Padding::same, 2}});  // dilated
}

TEST_CASE("indirect: results too large for the caches agree with the naive convolution") {
  check({{1, 128, 128, 16, 256, 1}, {1, 128, 130, 256, 8, 1, 2}});
}

TEST_CASE("indirect: many small images agree with the naive convolution") {
  using tests::same, tests::valid;
  check({{13, 5, 5, 16, 20, 5, 1, valid},         // one output
         {61, 3, 4, 5, 7, 3},                     // more images than are done at once
         {12, 3, 3, 70, 9, 3},                    // deeper than a block
         {17, 7, 7, 6, 5, {3, 5}, {2, 3}},        // strided
         {14, 6, 5, 6, 9, 3, 1, same, 2, 3},      // dilated, in groups
         {15, 7, 9, 3, 4, 2, 5},                  // inputs that no tap reaches
         {12, 2, 2, 3, 3, 2, 1, same, 3},         // outputs that no tap reaches
         {19, 1, 1, 4, 6, 7},                     // image smaller than the kernel
         {12, 3, 2, 300, 5, 2, 1, valid},         // a tap deeper than a block
         {40, 1, 2, 5, 70, 1, 1, valid, 1, 5}});  // 1x1
}

TEST_CASE("indirect: any number of threads gives the same bits") {
  for (const auto& c :
       std::vector<tests::ConvolutionCase>{{21, 7, 6, 9, 11, 3},
                                           {2, 26, 25, 30, 5, 5},
                                           {3, 9, 8, 2, 70, 1, 2},
                                           {3, 9, 8, 530, 70, 1},
                                           {1, 7, 7, 160, 75, 1},       // large kernels,
                                           {1, 5, 7, 40, 128, 3},       // whose outputs
                                           {1, 8, 6, 70, 64, 3, 2}}) {  // are shared
    CAPTURE(to_string(c));
    const ConvolutionSample sample(c);
    const auto one = run<float>(sample, Activation::relu, 1);
    for (const int threads : {1, 2, 3, 8, 16}) {
      CAPTURE(threads);
      tests::check_same_bits(run<float>(sample, Activation::relu, threads), one);
      tests::check_same_bits(run<float>(sample, Activation::relu, threads, true), one);
    }
  }
}
