#include "inference.hpp"

namespace fashion_mnist {

std::vector<float> logits_of(const Model<FashionCnn>& model, const Dataset<>& images, int threads) {
  return predict_logits(model, images, {.threads = threads});
}

std::vector<float> logits_of(const AnyModel& model, const Dataset<>& images, int threads) {
  return predict_logits(model, images, {.threads = threads});
}

std::vector<float> probabilities_of(const AnyModel& model, const Dataset<>& images, int threads) {
  return predict_probabilities(model, images, {.threads = threads});
}

}  // namespace fashion_mnist
