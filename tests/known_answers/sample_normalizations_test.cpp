#include <tweed/layers/group_norm.hpp>
#include <tweed/layers/instance_norm.hpp>
#include <tweed/layers/layer_norm.hpp>
#include <tweed/layers/local_response_norm.hpp>
#include <tweed/layers/rms_norm.hpp>
#include <known_answers/pytorch/sample_normalizations.hpp>
#include <support/layer_run.hpp>

#include <algorithm>

using namespace tweed;
using tests::Fingerprint;

namespace {

void check(const Fingerprint& result, const Fingerprint& answer) {
  CHECK(tests::largest_difference(result, answer) < 1e-13 * std::max(1.0, answer[1]));
}

template <std::size_t count>
void check(const std::array<Fingerprint, count>& answers, const AnyLayerOf<double>& layer,
           const Shape& shape, Index batch) {
  CAPTURE(std::string(layer.name()));
  CAPTURE(to_string(shape));
  const auto result = tests::run_layer(layer, shape, {.batch = batch});
  REQUIRE(result.gradients.size() + 2 == count);
  check(tests::fingerprint(result.inferred), answers[0]);
  check(tests::fingerprint(result.y), answers[0]);
  check(tests::fingerprint(result.dx), answers[1]);
  for (std::size_t i = 2; i < count; ++i) {
    CAPTURE(i);
    check(tests::fingerprint(result.gradients[i - 2]), answers[i]);
  }
}

}  // namespace

TEST_CASE("PyTorch's answers: LayerNorm and RMSNorm") {
  using namespace tests::pytorch;
  check(layer_norm, LayerNormLayer{}, {5, 4, 7}, 3);
  check(layer_norm_one_image, LayerNormLayer{}, {3, 5, 37}, 1);
  check(layer_norm_one_channel, LayerNormLayer{}, {3, 2, 1}, 2);
  check(layer_norm_vectors, LayerNormLayer{}, {1, 1, 13}, 5);
  check(layer_norm_options, LayerNormLayer{.epsilon = 0.1, .has_shift = false}, {3, 5, 17}, 2);
  check(layer_norm_bare, LayerNormLayer{.has_scale = false, .has_shift = false}, {3, 5, 6}, 2);
  check(rms_norm, RMSNormLayer{}, {5, 4, 7}, 3);
  check(rms_norm_vectors, RMSNormLayer{}, {1, 1, 131}, 1);
  check(rms_norm_options, RMSNormLayer{.epsilon = 0.1, .has_scale = false}, {3, 5, 17}, 2);
}

TEST_CASE("PyTorch's answers: GroupNorm and InstanceNorm") {
  using namespace tests::pytorch;
  check(group_norm, GroupNormLayer{.groups = 3}, {5, 4, 12}, 3);
  check(group_norm_of_all, GroupNormLayer{.groups = 1}, {7, 3, 5}, 1);
  check(group_norm_of_each, GroupNormLayer{.groups = 7}, {3, 5, 7}, 2);
  check(group_norm_one_channel, GroupNormLayer{.groups = 1}, {7, 5, 1}, 2);
  check(group_norm_vectors, GroupNormLayer{.groups = 2}, {1, 1, 26}, 5);
  check(group_norm_options,
        GroupNormLayer{.groups = 2, .epsilon = 0.1, .has_scale = false, .has_shift = false},
        {3, 5, 34}, 2);
  check(instance_norm, InstanceNormLayer{}, {5, 4, 7}, 3);
  check(instance_norm_affine, InstanceNormLayer{.is_affine = true}, {3, 5, 17}, 1);
  check(instance_norm_one_channel, InstanceNormLayer{.epsilon = 0.1, .is_affine = true}, {7, 5, 1},
        2);
}

TEST_CASE("PyTorch's answers: LocalResponseNorm") {
  using namespace tests::pytorch;
  check(local_response_norm, LocalResponseNormLayer{}, {5, 4, 7}, 3);
  check(local_response_norm_one_channel, LocalResponseNormLayer{.alpha = 0.5}, {5, 3, 1}, 1);
  check(local_response_norm_options,
        LocalResponseNormLayer{.size = 3, .alpha = 1.5, .beta = 1.25, .k = 0.5}, {3, 2, 37}, 2);
}
