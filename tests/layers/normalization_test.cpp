#include <tweed/layers/group_norm.hpp>
#include <tweed/layers/instance_norm.hpp>
#include <tweed/layers/layer_norm.hpp>
#include <tweed/layers/rms_norm.hpp>
#include <support/layer_run.hpp>
#include <support/naive_normalization.hpp>

#include <cmath>
#include <string>
#include <vector>

using tests::LayerResult;
using tests::NormalizationSettings;
using tests::numbers;
using namespace tweed;

namespace {

template <class T>
void check_same(const LayerResult<T>& a, const LayerResult<T>& b) {
  CHECK(tests::same_bits(a.y, b.y));
  CHECK(tests::same_bits(a.inferred, b.inferred));
  CHECK(tests::same_bits(a.dx, b.dx));
  REQUIRE(a.gradients.size() == b.gradients.size());
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    CHECK(tests::same_bits(a.gradients[i], b.gradients[i]));
  }
}

/// Against the naive one; the same bits for any number of threads, and in place.
template <class T>
void check(const AnyLayerOf<T>& layer, const NormalizationSettings& settings, const Shape& shape,
           Index batch) {
  CAPTURE(std::string(layer.name()));
  CAPTURE(to_string(shape));
  CAPTURE(batch);
  const double tolerance = 20 * tests::rounding<T>;
  const auto dy = numbers<double>(batch * shape.size(), tests::output_gradient_stream);
  const auto scale = numbers<double>(shape.channels, tests::parameter_streams);
  const auto shift =
      numbers<double>(shape.channels, tests::parameter_streams + (settings.has_scale ? 1U : 0U));
  const tests::NaiveNormalization naive(
      settings, shape, numbers<double>(batch * shape.size(), tests::input_stream), scale, shift);
  const auto one = tests::run_layer(layer, shape, {.batch = batch});
  CHECK(tests::relative_error(one.y, naive.y()) < tolerance);
  CHECK(tests::relative_error(one.inferred, naive.y()) < tolerance);
  CHECK(tests::largest_difference(one.dx, naive.dx(dy)) < tolerance * naive.gradient_scale(dy));
  std::vector<std::vector<double>> gradients;
  if (settings.has_scale) gradients.push_back(naive.scale_gradient(dy));
  if (settings.has_shift) gradients.push_back(naive.shift_gradient(dy));
  REQUIRE(one.gradients.size() == gradients.size());
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const double absolute = tests::largest_difference(one.gradients[i], gradients[i]);
    CHECK(absolute < tolerance * std::max(1.0, tests::largest(gradients[i])));
  }
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    check_same(tests::run_layer(layer, shape, {.batch = batch, .threads = threads}), one);
  }
  check_same(tests::run_layer(layer, shape, {.batch = batch, .threads = 2, .in_place = true}), one);
}

std::vector<std::string> tensor_names(const TensorList& tensors) {
  std::vector<std::string> names;
  for (const Tensor& tensor : tensors) names.emplace_back(tensor.name);
  return names;
}

const std::vector<Shape> shapes{{1, 1, 1},  {1, 1, 7},  {5, 3, 1},  {3, 5, 4},
                                {1, 1, 97}, {4, 3, 31}, {2, 3, 300}};

}  // namespace

TEST_CASE_TEMPLATE("LayerNorm and RMSNorm: agree with the naive one, for any number of threads", T,
                   float, double) {
  const auto check_both = [](const Shape& shape, Index batch) {
    check<T>(LayerNormLayer{}, {}, shape, batch);
    check<T>(RMSNormLayer{}, {.centers = false, .has_shift = false, .epsilon = 1e-6}, shape, batch);
  };
  for (const Shape& shape : shapes) {
    for (const Index batch : {1, 3}) check_both(shape, batch);
  }
  check_both({37, 41, 19}, 2);  // a share for each thread
  check_both({1, 1, 5000}, 3);  // sums in several pieces
  for (const bool has_scale : {false, true}) {
    check<T>(LayerNormLayer{.epsilon = 0.1, .has_scale = has_scale, .has_shift = !has_scale},
             {.has_scale = has_scale, .has_shift = !has_scale, .epsilon = 0.1}, {3, 5, 7}, 2);
  }
  check<T>(LayerNormLayer{.has_scale = false, .has_shift = false},
           {.has_scale = false, .has_shift = false}, {3, 5, 7}, 2);
  check<T>(RMSNormLayer{.epsilon = 0.1, .has_scale = false},
           {.centers = false, .has_scale = false, .has_shift = false, .epsilon = 0.1}, {3, 5, 7},
           2);
}

TEST_CASE_TEMPLATE("GroupNorm: agrees with the naive one, for any number of threads", T, float,
                   double) {
  const auto check_groups = [](Index groups, const Shape& shape, Index batch) {
    check<T>(GroupNormLayer{.groups = groups}, {.groups = groups}, shape, batch);
  };
  for (const Shape& shape : shapes) {
    for (const Index batch : {1, 3}) {
      if (shape.size() > 1) check_groups(1, shape, batch);
    }
  }
  for (const Index groups : {2, 3, 6}) {
    check_groups(groups, {1, 2, 6}, 3);
    check_groups(groups, {5, 7, 66}, 2);
    check_groups(groups, {43, 41, 30}, 1);  // several parts, fewer samples than threads
    check_groups(groups, {43, 41, 30}, 3);
    check_groups(groups, {3, 3, 600}, 2);  // rows wider than 256
  }
  check<T>(GroupNormLayer{.groups = 2, .epsilon = 0.1, .has_shift = false},
           {.groups = 2, .has_shift = false, .epsilon = 0.1}, {3, 5, 8}, 2);
  check<T>(GroupNormLayer{.groups = 2, .has_scale = false}, {.groups = 2, .has_scale = false},
           {3, 5, 8}, 2);
}

TEST_CASE_TEMPLATE("InstanceNorm: agrees with the naive one, for any number of threads", T, float,
                   double) {
  for (const Shape& shape : {Shape{2, 1, 1}, Shape{5, 3, 7}, Shape{61, 67, 13}, Shape{2, 3, 300}}) {
    for (const Index batch : {1, 3}) {
      const Index groups = shape.channels;
      check<T>(InstanceNormLayer{}, {.groups = groups, .has_scale = false, .has_shift = false},
               shape, batch);
      check<T>(InstanceNormLayer{.epsilon = 1e-3, .is_affine = true},
               {.groups = groups, .epsilon = 1e-3}, shape, batch);
    }
  }
}

TEST_CASE("normalisations: tensors as the options say") {
  using Names = std::vector<std::string>;
  const Shape image{3, 4, 6};
  CHECK(tensor_names(LayerNorm<>::value.tensors(image)) == Names{"scale", "shift"});
  CHECK(tensor_names(LayerNorm<NoScale{}>::value.tensors(image)) == Names{"shift"});
  CHECK(tensor_names(GroupNorm<3, NoShift{}>::value.tensors(image)) == Names{"scale"});
  CHECK(tensor_names(InstanceNorm<>::value.tensors(image)).empty());
  CHECK(tensor_names(InstanceNorm<Affine{}>::value.tensors(image)) == Names{"scale", "shift"});
  CHECK(tensor_names(RMSNorm<>::value.tensors(image)) == Names{"scale"});
  CHECK(tensor_names(RMSNorm<NoScale{}>::value.tensors(image)).empty());
  for (const Tensor& tensor : GroupNorm<3>::value.tensors(image)) CHECK(tensor.size() == 6);
}

TEST_CASE("normalisations: described where they are not the usual ones") {
  CHECK(LayerNorm<>::value.describe().empty());
  CHECK(LayerNorm<NoShift{}, Epsilon{1e-6}, NoScale{}>::value.describe() ==
        "epsilon 1e-06, no scale, no shift");
  CHECK(GroupNorm<1>::value.describe() == "1 group");
  CHECK(GroupNorm<8, Epsilon{1e-3}>::value.describe() == "8 groups, epsilon 0.001");
  CHECK(InstanceNorm<>::value.describe().empty());
  CHECK(InstanceNorm<Epsilon{1e-3}, Affine{}>::value.describe() == "affine, epsilon 0.001");
  CHECK(RMSNorm<>::value.describe().empty());
  CHECK(RMSNorm<NoScale{}>::value.describe() == "no scale");
}

TEST_CASE("normalisations: what makes no sense is refused") {
  const auto why = [](const AnyLayer& layer, const Shape& shape) {
    return layer.fit(std::vector{shape}).why_not;
  };
  const std::string positive = "its epsilon must be positive";
  for (const double epsilon : {0.0, -1.0, std::nan("")}) {
    CHECK(why(LayerNormLayer{.epsilon = epsilon}, {2, 3, 4}) == positive);
    CHECK(why(RMSNormLayer{.epsilon = epsilon}, {2, 3, 4}) == positive);
    CHECK(why(GroupNormLayer{.groups = 2, .epsilon = epsilon}, {2, 3, 4}) == positive);
    CHECK(why(InstanceNormLayer{.epsilon = epsilon}, {2, 3, 4}) == positive);
  }
  for (const Index groups : {-2, 0, 3, 8}) {
    CHECK(why(GroupNormLayer{.groups = groups}, {2, 3, 4}) ==
          "its groups must be positive and divide the channels");
  }
  CHECK(why(GroupNormLayer{.groups = 4}, {2, 3, 4}).empty());
  CHECK(why(GroupNormLayer{.groups = 4}, {1, 1, 4}) ==
        "a group of one number has no variance use fewer groups");
  CHECK(why(InstanceNormLayer{}, {1, 1, 4}) ==
        "a channel of one pixel has no variance normalize larger images");
}
