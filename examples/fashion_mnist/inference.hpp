#pragma once

#include "network.hpp"

#include <vector>

namespace fashion_mnist {

/// The network's outputs [n,classes] for `images`, in order. This and the next are all that runs
/// the network outside training, so that it is compiled once for all commands.
std::vector<float> logits_of(const Model<FashionCnn>& model, const Dataset<>& images, int threads);

/// The probability of each class [n,classes].
std::vector<float> probabilities_of(const Model<FashionCnn>& model, const Dataset<>& images,
                                    int threads);

}  // namespace fashion_mnist
