#pragma once

#include "network.hpp"

#include <tweed/model/any_inference.hpp>

#include <vector>

namespace fashion_mnist {

/// The network's outputs [n,classes] for `images`, in order. These are all that runs networks
/// outside training, so that it is compiled once for all commands.
std::vector<float> logits_of(const Model<FashionCnn>& model, const Dataset<>& images, int threads);
std::vector<float> logits_of(const AnyModel& model, const Dataset<>& images, int threads);

/// The probability of each class [n,classes].
std::vector<float> probabilities_of(const AnyModel& model, const Dataset<>& images, int threads);

}  // namespace fashion_mnist
