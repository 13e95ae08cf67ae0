#include "inference.hpp"

namespace fashion_mnist {

namespace {

/// Lets `predict` have the images as the network takes them.
template <class Predict>
std::vector<float> in_scale(const SavedModel& saved, const Dataset<>& images,
                            const Predict& predict) {
  if (saved.scale == usual_scale) return predict(images);  // as in training, to the bit
  Dataset<float> scaled{
      .shape = images.shape, .images = {}, .labels = images.labels, .class_names = {}};
  for (const std::uint8_t byte : images.images) {
    scaled.images.push_back(static_cast<float>(saved.scale * byte));
  }
  return predict(scaled);
}

}  // namespace

std::vector<float> logits_of(const Model<FashionCnn>& model, const Dataset<>& images, int threads) {
  return predict_logits(model, images, {.threads = threads});
}

std::vector<float> logits_of(const SavedModel& saved, const Dataset<>& images, int threads) {
  return in_scale(saved, images, [&](const auto& scaled) {
    return predict_logits(saved.model, scaled, {.threads = threads});
  });
}

std::vector<float> probabilities_of(const SavedModel& saved, const Dataset<>& images, int threads) {
  return in_scale(saved, images, [&](const auto& scaled) {
    return predict_probabilities(saved.model, scaled, {.threads = threads});
  });
}

}  // namespace fashion_mnist
