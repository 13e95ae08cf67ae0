#include <tweed/tweed.hpp>

#include <cstdio>

#include <Eigen/Core>  // is found, whether tweed's headers read it or not

#if EXPECT_OPENMP && !defined(_OPENMP)
#error tweed::tweed does not bring OpenMP
#endif

int main() {
  using namespace tweed;
  using Net = Sequential<Input<4, 4, 1>, Conv2D<2, 3>, ReLU, MaxPool<2>, Flatten, Dense<2>>;

  // Bright images are of class 1, dark ones of class 0.
  Dataset<> data;
  data.shape = {4, 4, 1};
  for (const int brightness : {20, 220, 40, 200}) {
    data.images.insert(data.images.end(), 16, static_cast<std::uint8_t>(brightness));
    data.labels.push_back(brightness > 128);
  }

  Model<Net> model{1};
  const History history =
      fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.05}, data, {.batch_size = 4, .steps = 50});
  std::printf("loss %.3f -> %.3f\n", history.steps.front().loss, history.steps.back().loss);
  return predict_classes(model, data) == data.labels ? 0 : 1;
}
