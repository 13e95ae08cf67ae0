#include <tweed/layers/layer_scale.hpp>
#include <tweed/model/model.hpp>
#include <tweed/model/sequential.hpp>
#include <support/layer_run.hpp>

#include <limits>
#include <vector>

using namespace tweed;

namespace {

template <class T>
void check(const Shape& shape, Index batch) {
  CAPTURE(to_string(shape));
  const auto x = tests::numbers<double>(batch * shape.size(), tests::input_stream);
  const auto dy = tests::numbers<double>(batch * shape.size(), tests::output_gradient_stream);
  const auto scale = tests::numbers<double>(shape.channels, tests::parameter_streams);
  std::vector<double> y;
  std::vector<double> dx;
  std::vector<double> gradient(scale.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i % scale.size();
    y.push_back(scale[c] * x[i]);
    dx.push_back(scale[c] * dy[i]);
    gradient[c] += dy[i] * x[i];
  }
  const auto one = tests::run_layer<LayerScale<>, T>(shape, {.batch = batch});
  CHECK(tests::relative_error(one.y, y) < tests::rounding<T>);
  CHECK(tests::same_bits(one.inferred, one.y));
  CHECK(tests::relative_error(one.dx, dx) < tests::rounding<T>);
  CHECK(tests::relative_error(one.gradients[0], gradient) < 10 * tests::rounding<T>);
  for (const int threads : {2, 3, 8}) {
    const auto several =
        tests::run_layer<LayerScale<>, T>(shape, {.batch = batch, .threads = threads});
    CHECK(tests::same_bits(several.y, one.y));
    CHECK(tests::same_bits(several.dx, one.dx));
    CHECK(tests::same_bits(several.gradients[0], one.gradients[0]));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("LayerScale: a factor for each channel", T, float, double) {
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{1, 1, 7}, Shape{5, 3, 1}, Shape{7, 9, 17},
                             Shape{3, 2, 300}, Shape{40, 41, 3}}) {
    for (const Index batch : {1, 3}) check<T>(shape, batch);
  }
}

TEST_CASE("LayerScale: starts at 1e-6, or as it is told, which must be finite") {
  const auto scale = []<class L>(std::type_identity<L>) {
    const Model<Sequential<Input<4, 4, 3>, L>> model{1};
    const auto values = model.tensors()[0].values;
    return std::vector<float>(values.begin(), values.end());
  };
  CHECK(scale(std::type_identity<LayerScale<>>{}) == std::vector<float>(3, 1e-6F));
  CHECK(scale(std::type_identity<LayerScale<0.25>>{}) == std::vector<float>(3, 0.25F));
  CHECK(LayerScaleLayer{std::numeric_limits<double>::infinity()}.fit({4, 4, 3}).why ==
        LayerScaleLayer::Why::its_initial_factor_must_be_finite);
}
