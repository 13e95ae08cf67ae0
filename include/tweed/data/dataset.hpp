#pragma once

#include <tweed/core/batch.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tweed {

/// Labelled samples in memory. Bytes (the default) are scaled to [0, 1] on their way into a batch;
/// `Dataset<float>` and `Dataset<double>` are taken as they are.
template <class Pixel = std::uint8_t>
struct Dataset {
  Shape shape{1, 1, 0};                  ///< of one sample
  std::vector<Pixel> images;             ///< [n,h,w,c]
  std::vector<Label> labels;             ///< [n], each in [0, number of classes)
  std::vector<std::string> class_names;  ///< may be empty

  Index size() const { return static_cast<Index>(labels.size()); }
};

}  // namespace tweed
