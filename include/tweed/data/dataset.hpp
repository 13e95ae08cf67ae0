#pragma once

#include <tweed/core/batch.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// Labelled samples in memory. Bytes (the default) are scaled to [0, 1] on their way into a batch;
/// `Dataset<float>` and `Dataset<double>` are taken as they are.
template <class Pixel = std::uint8_t>
struct Dataset {
  Shape shape{1, 1, 0};                  ///< of one sample
  std::vector<Pixel> images;             ///< [n,h,w,c]
  std::vector<Label> labels;             ///< [n], each in [0, number of classes)
  std::vector<std::string> class_names;  ///< may be empty
  std::vector<float> weights = {};       ///< of each sample's loss [n]; none: 1 each

  Index size() const { return static_cast<Index>(labels.size()); }

  /// What a batch has for each sample: one label.
  template <class T>
  using Target = Label;
  Index targets_per_sample() const { return 1; }
};

/// Samples of one shape, or targets of one kind, or both: a `Dataset`, a `RegressionDataset`,
/// `Samples`, `Labels` or `Targets`.
template <class Data>
concept DatasetPart = requires(const Data& data) {
  typename Data::template Target<float>;
  data.shape;
  data.size();
  data.targets_per_sample();
};

/// What can be trained with and predicted on: such a part, or a `ZipDataset` of several.
template <class Data>
concept AnyDataset = DatasetPart<Data> || requires(const Data& data) {
  data.parts();
  data.size();
};

namespace detail {

/// For how many inputs of a network a data set has samples, and for how many outputs targets.
template <class Data>
inline constexpr std::size_t input_count = 1;
template <class Data>
inline constexpr std::size_t target_count = 1;

/// Whether each pixel of a sample has a label, as in a `SegmentationDataset`.
template <class Data>
concept HasLabelImages = requires(const Data& data) {
  data.label_shape();
};

/// The weights of a data set's samples; none where it has no place for them.
template <class Data>
std::span<const float> weights_of([[maybe_unused]] const Data& data) {
  if constexpr (requires { data.weights; }) {
    return data.weights;
  } else {
    return {};
  }
}

}  // namespace detail

}  // namespace TWEED_NAMESPACE
