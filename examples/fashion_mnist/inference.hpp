#pragma once

#include "model_file.hpp"
#include "network.hpp"

#include <vector>

namespace fashion_mnist {

/// The network's outputs [n,classes] for `images`, in order; a saved network gets their pixels in
/// its own scale. These are all that runs networks outside training, so that it is compiled once
/// for all commands.
std::vector<float> logits_of(const Model<FashionCnn>& model, const Dataset<>& images, int threads);
std::vector<float> logits_of(const SavedModel& saved, const Dataset<>& images, int threads);

/// The probability of each class [n,classes].
std::vector<float> probabilities_of(const SavedModel& saved, const Dataset<>& images, int threads);

}  // namespace fashion_mnist
