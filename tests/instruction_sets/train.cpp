// Trains a network and says what became of it: `train()`, under the name that TRAIN gives.

#include <tweed/tweed.hpp>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <string>

namespace {

using namespace tweed;

// Convolutions of every kind of kernel, and whatever else has kernels of its own.
using Net = Sequential<Input<12, 10, 3>, Conv2D<8, 3>, ReLU, MaxPool<2>, DepthwiseConv2D<3>,
                       Conv2D<12, 5>, BatchNorm<>, ReLU, Flatten, Dropout<0.25>, Dense<10>>;

Dataset<> samples() {
  Dataset<> data;
  data.shape = Net::input;
  for (Index i = 0; i < 64; ++i) {
    data.labels.push_back(static_cast<Label>(i % 10));
    for (Index pixel = 0; pixel < data.shape.size(); ++pixel) {
      data.images.push_back(static_cast<std::uint8_t>(i * 37 + pixel * 11 + i * pixel % 13));
    }
  }
  return data;
}

/// Fowler, Noll and Vo's hash (FNV-1a) of the numbers' bits.
template <class Numbers>
void digest(const Numbers& numbers, std::uint64_t& hash) {
  for (const float number : numbers) {
    hash = (hash ^ std::bit_cast<std::uint32_t>(number)) * 0x100000001b3;
  }
}

}  // namespace

void TRAIN() {
  const Dataset<> data = samples();
  Model<Net> model{3};
  fit(model, SoftmaxCE{}, Adam{}, data, {.batch_size = 20, .epochs = 3});
  fit(model, SoftmaxCE<>{.label_smoothing = 0.1}, SGD{.learning_rate = 0.01, .momentum = 0.9}, data,
      {.batch_size = 20, .epochs = 2, .clip_norm = 1.0});
  std::uint64_t hash = 0xcbf29ce484222325;
  digest(model.parameters(), hash);
  digest(predict_probabilities(model, data), hash);
  digest(predict_probabilities(PreparedModel(model), data), hash);
  std::printf("%s %016llx\n", std::string(instruction_set()).c_str(),
              static_cast<unsigned long long>(hash));
}
