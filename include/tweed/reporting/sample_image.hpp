#pragma once

#include <tweed/data/dataset.hpp>
#include <tweed/reporting/picture.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

namespace detail {

/// The values of sample `i`; nothing where a data set has no samples.
template <class Data>
auto values_of_sample(const Data& data, Index i) {
  [[maybe_unused]] const auto row = [&](const auto& values) {
    const auto size = static_cast<std::size_t>(data.shape.size());
    return std::span(values).subspan(static_cast<std::size_t>(i) * size, size);
  };
  if constexpr (requires { data.images; }) {
    return row(data.images);
  } else if constexpr (requires { data.samples; }) {
    return row(data.samples);
  } else {
    return std::span<const float>();
  }
}

}  // namespace detail

/// Sample `i` of a data set as a picture, of several inputs the first; none where it is a vector.
/// Bytes are taken as they are, of other numbers the least is black.
template <class Data>
[[gnu::cold]] std::optional<Image> sample_image(const Data& data, Index i) {
  if constexpr (requires { data.parts(); }) {
    return sample_image(std::get<0>(data.parts()), i);
  } else {
    const auto values = detail::values_of_sample(data, i);
    if (values.empty() || data.shape.is_vector()) return {};
    using Value = typename decltype(values)::value_type;
    if constexpr (std::is_same_v<Value, std::uint8_t>) {
      const bool is_drawable = data.shape.channels == 1 || data.shape.channels == 3;
      if (is_drawable) return Image{data.shape, {values.begin(), values.end()}};
    }
    return picture_of(std::vector<float>(values.begin(), values.end()), data.shape);
  }
}

/// What a sample of this shape is called: "images" or "samples".
inline std::string samples_called(const Shape& shape) {
  return shape.is_vector() ? "samples" : "images";
}

}  // namespace TWEED_NAMESPACE::reporting
