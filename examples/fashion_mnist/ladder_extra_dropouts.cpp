#include "ladder_training.hpp"
#include "network.hpp"

namespace fashion_mnist {

LadderResult train_extra_dropouts(const LadderStage& stage, const LadderTraining& training) {
  return train_ladder_network<FashionCnn>(stage, training);
}

}  // namespace fashion_mnist
