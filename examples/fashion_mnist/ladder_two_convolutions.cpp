#include "ladder_training.hpp"

namespace fashion_mnist {

using namespace tweed;

// clang-format off
using TwoConvolutions = Sequential<Input<28, 28, 1>,
    Conv2D<32, 5>, ReLU, MaxPool<2>,
    Conv2D<64, 5>, ReLU, MaxPool<2>,
    Flatten, Dense<1024>, ReLU, Dropout<0.4>,
    Dense<10>>;
// clang-format on

LadderResult train_two_convolutions(const LadderStage& stage, const LadderTraining& training) {
  return train_ladder_network<TwoConvolutions>(stage, training);
}

}  // namespace fashion_mnist
