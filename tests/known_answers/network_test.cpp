#include <tweed/layers/dropout.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/losses/softmax_ce.hpp>
#include <tweed/model/training_pass.hpp>
#include <known_answers/pytorch.hpp>
#include <support/layer_run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace tweed;

namespace {

/// The reference network, its dropout switched off.
using FashionCnn = Sequential<Input<28, 28, 1>, Conv2D<32, 5>, ReLU, MaxPool<2>, Conv2D<64, 5>,
                              ReLU, MaxPool<2>, Dropout<0.0>, Conv2D<128, 5>, ReLU, MaxPool<2>,
                              Dropout<0.0>, Flatten, Dense<1024>, ReLU, Dropout<0.0>, Dense<10>>;

/// Kernels and biases of a size at which activations neither vanish nor explode.
template <class T>
Model<FashionCnn, T> filled_model() {
  Model<FashionCnn, T> model;
  std::uint32_t stream = tests::parameter_streams;
  for (const auto& tensor : model.tensors()) {
    const Index inputs = std::ssize(tensor.values) / tensor.dims.back();
    const bool is_bias = tensor.dims.size() == 1;
    const double scale = is_bias ? 0.1 : 2.0 / std::sqrt(static_cast<double>(inputs));
    std::ranges::copy(tests::numbers<T>(std::ssize(tensor.values), stream++, scale),
                      tensor.values.begin());
  }
  return model;
}

template <class T>
void check_network(double tolerance) {
  constexpr Index batch = 3;
  const auto model = filled_model<T>();
  const auto images = tests::numbers<T>(batch * 28 * 28, tests::input_stream);
  const std::vector<Label> labels{7, 0, 9};

  TrainingPass<FashionCnn, T> pass(batch, 2);
  std::ranges::fill(pass.gradients(), std::numeric_limits<T>::quiet_NaN());
  const auto logits = pass.forward(model, {images.data(), batch, FashionCnn::input}, {});
  CHECK(tests::fingerprint_error(logits.values(), tests::pytorch::network_logits[0]) < tolerance);
  const LossSum loss = SoftmaxCE{}.gradient(logits, labels, pass.output_gradient());
  CHECK(std::abs(loss.mean_loss() - tests::pytorch::network_loss) < tolerance);

  pass.backward(model);
  const auto gradients = model.named(pass.gradients());
  REQUIRE(gradients.size() == tests::pytorch::network_gradients.size());
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    CAPTURE(gradients[i].name);
    CHECK(tests::fingerprint_error(gradients[i].values, tests::pytorch::network_gradients[i]) <
          tolerance);
  }
}

}  // namespace

TEST_CASE("the reference network has the published number of parameters") {
  CHECK(FashionCnn::parameter_count == 1'447'946);
}

TEST_CASE("the reference network's loss and gradients are those of PyTorch") {
  check_network<double>(1e-12);
}
TEST_CASE("the reference network's loss and gradients are those of PyTorch, in float") {
  check_network<float>(1e-4);
}
