#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/name_pattern.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/ordered_sum.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/batches.hpp>
#include <tweed/kernels/eigen_pairs.hpp>
#include <tweed/model/model.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

// A first convolution that whitens the data. Not in <tweed/tweed.hpp>.
namespace TWEED_NAMESPACE {

struct WhitenOptions {
  Index samples = 5000;   ///< the first of the data, or all where there are fewer; at least 1
  double epsilon = 5e-4;  ///< what is added to the variances, above 0
  /// Whether windows are taken less their mean, which a bias then takes away. Otherwise the bias
  /// stays as it is, and what becomes 1 are means of squares instead of variances.
  bool centered = true;
  int threads = 0;  ///< 0: all that OpenMP offers
};

namespace detail {

/// The parts of images [h,w,c] that a convolution without padding sees, one for each pixel.
struct ImageWindows {
  Shape image;
  Index height = 1;
  Index width = 1;

  Index size() const { return height * width * image.channels; }
  Index columns() const { return image.width - width + 1; }
  Index per_image() const { return (image.height - height + 1) * columns(); }

  /// Copies a window of an image to `to` [kh,kw,c].
  void copy(const double* from, Index window, double* to) const {
    const Index row = image.width * image.channels;
    const Index part = width * image.channels;
    const double* const first =
        from + window / columns() * row + window % columns() * image.channels;
    for (Index y = 0; y < height; ++y) std::copy_n(first + y * row, part, to + y * part);
  }
};

/// The mean of windows [size], and the mean products of their numbers [size,size], of which those
/// below the diagonal and on it are set.
struct WindowMoments {
  std::vector<double> mean;
  std::vector<double> products;
};

/// A data set that has the samples' numbers itself.
template <class Data>
concept HasValues = requires(const Data& data) {
  data.shape;
  data.images;
}
|| requires(const Data& data) {
  data.shape;
  data.samples;
};

template <HasValues Data>
auto values_in(const Data& data) {
  if constexpr (requires { data.images; }) {
    return std::span(data.images);
  } else {
    return std::span(data.samples);
  }
}

/// Means [size] of what `add(window, to)` adds for each window of the first images, in an order
/// that follows from their number alone.
template <class Value, class Add>
std::vector<double> mean_over_windows(std::span<const Value> values, const ImageWindows& windows,
                                      Index images, Index size, int threads, const Add& add) {
  const BatchParts parts{.batch = images, .most = 32};
  std::vector<double> partial(static_cast<std::size_t>(parts.count() * size));
  parallel_for(parts.count(), threads, [&](Index part, int) {
    std::vector<double> image(static_cast<std::size_t>(windows.image.size()));
    std::vector<double> window(static_cast<std::size_t>(windows.size()));
    for (Index i = parts.begin(part); i < parts.end(part); ++i) {
      copy_pixels(values.data() + i * windows.image.size(), windows.image.size(), image.data());
      for (Index at = 0; at < windows.per_image(); ++at) {
        windows.copy(image.data(), at, window.data());
        add(window, partial.data() + part * size);
      }
    }
  });
  std::vector<double> sum(static_cast<std::size_t>(size));
  sum_parts(partial.data(), parts.count(), size, sum.data(), threads);
  for (double& value : sum) value /= static_cast<double>(images * windows.per_image());
  return sum;
}

template <class Value>
WindowMoments moments_of(std::span<const Value> values, const ImageWindows& windows, Index images,
                         bool centered, int threads) {
  const auto size = static_cast<std::size_t>(windows.size());
  WindowMoments moments{.mean = std::vector<double>(size), .products = {}};
  if (centered) {
    moments.mean = mean_over_windows(values, windows, images, windows.size(), threads,
                                     [](const std::vector<double>& window, double* to) {
                                       for (std::size_t i = 0; i < window.size(); ++i)
                                         to[i] += window[i];
                                     });
  }
  moments.products = mean_over_windows(values, windows, images, windows.size() * windows.size(),
                                       threads, [&](std::vector<double>& window, double* to) {
                                         for (std::size_t i = 0; i < size; ++i) {
                                           window[i] -= moments.mean[i];
                                           for (std::size_t j = 0; j <= i; ++j)
                                             to[i * size + j] += window[i] * window[j];
                                         }
                                       });
  return moments;
}

/// Row k [size] is the direction in which windows vary k-th most, over the root of that variance;
/// its largest number is above 0.
[[gnu::cold]] inline std::vector<std::vector<double>> whitening_directions(
    const WindowMoments& moments, double epsilon) {
  const std::size_t size = moments.mean.size();
  if (!std::isfinite(std::reduce(moments.products.begin(), moments.products.end()))) {
    throw Error("whiten: the data have numbers that are not finite");
  }
  const kernels::EigenPairs pairs = kernels::eigen_pairs(moments.products, size);
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return pairs.values[a] > pairs.values[b]; });
  std::vector<std::vector<double>> directions;
  for (const std::size_t k : order) {
    const auto first = pairs.vectors.begin() + static_cast<std::ptrdiff_t>(k * size);
    std::vector<double> direction(first, first + static_cast<std::ptrdiff_t>(size));
    const double largest =
        *std::ranges::max_element(direction, {}, [](double value) { return std::abs(value); });
    const double deviation = std::sqrt(std::max(pairs.values[k], 0.0) + epsilon);
    for (double& value : direction) value /= std::copysign(deviation, largest);
    directions.push_back(std::move(direction));
  }
  return directions;
}

/// Throws Error unless `layer` is a convolution that reads an input of the network.
[[gnu::cold]] inline void check_first_convolution(const GraphView& graph,
                                                  const std::string& layer) {
  const auto names = numbered_layer_names(graph);
  std::vector<std::string> first;
  for (const Node& node : graph.nodes) {
    const auto& inputs = graph.inputs;
    const int read = graph.edge(node.first_edge);
    if (graph.traits_of(node).name != "conv2d") continue;
    if (std::find(inputs.begin(), inputs.end(), read) == inputs.end()) continue;
    first.push_back(names[static_cast<std::size_t>(node.layer)]);
  }
  if (std::find(first.begin(), first.end(), layer) != first.end()) return;
  throw Error(text("whiten: ", in_quotes(layer),
                   " is no convolution of the network's input; there are: ",
                   first.empty() ? std::string("none") : list_of(first)));
}

/// Throws Error unless the kernel [kh,kw,c,filters] can whiten so many images.
[[gnu::cold]] inline void check_whitening(const std::string& layer, std::span<const Index> kernel,
                                          const Shape& image, Index images) {
  const ImageWindows windows{image, kernel[0], kernel[1]};
  const auto refuse = [&](const std::string& expected) {
    throw Error(text("whiten: the kernel of ", layer, " is ", dims_text(kernel), ", the data are ",
                     images, " x ", to_string(image), "; expected ", expected));
  };
  if (kernel[2] != image.channels) {
    refuse(text("as many channels in both, and a convolution without groups"));
  }
  if (kernel[3] % 2 != 0 || kernel[3] > 2 * windows.size()) {
    refuse(text("an even number of filters, at most ", 2 * windows.size()));
  }
  if (image.height < kernel[0] || image.width < kernel[1]) refuse("images as large as the kernel");
  if (images * windows.per_image() < windows.size()) {
    refuse(text("at least ", windows.size(), " windows, there are ", images * windows.per_image()));
  }
}

}  // namespace detail

/// Sets a convolution that reads the images so that it whitens them (Jordan, *94% on CIFAR-10 in
/// 3.29 Seconds on a Single GPU*, 2024, section 3.2): its first filters are the directions in which
/// windows of the images vary most, the eigenvectors of their covariance, each over the root of its
/// variance; the other half are these with the opposite sign. What it makes of the data has
/// variance 1 and no correlation within a half, up to epsilon. It wants 2 * kh * kw * c filters;
/// with fewer, an even number, the directions of the least variance are left out.
///
///     whiten(model, "conv2d_1", train);
///     fit(model, SoftmaxCE{}, Adam{}, train, {.groups = {{.match = "conv2d_1.kernel", .frozen =
///     true}}});
///
/// Windows are taken at each pixel where they lie in the image, of neighbouring pixels, and bytes
/// scaled to [0, 1]. The result is the same to the bit for any number of threads. Throws Error
/// where layer and data do not go together, for data that are not finite and for options out of
/// their range.
template <class Net, class T, detail::HasValues Data>
void whiten(Model<Net, T>& model, const std::string& layer, const Data& data,
            const WhitenOptions& options = {}) {
  detail::check_option("WhitenOptions", "samples", options.samples, {.from = 1});
  detail::check_option("WhitenOptions", "epsilon", options.epsilon, {.above = 0});
  check_whole(data, "whiten");
  detail::check_first_convolution(model.graph(), layer);
  const auto tensors = model.tensors();
  const auto kernel = std::ranges::find(tensors, layer + ".kernel", &NamedTensor<T>::name);
  const auto bias = std::ranges::find(tensors, layer + ".bias", &NamedTensor<T>::name);
  const Index images = std::min(options.samples, data.size());
  detail::check_whitening(layer, kernel->dims, data.shape, images);

  const detail::ImageWindows windows{data.shape, kernel->dims[0], kernel->dims[1]};
  const auto moments = detail::moments_of(detail::values_in(data), windows, images,
                                          options.centered, resolve_threads(options.threads));
  const auto directions = detail::whitening_directions(moments, options.epsilon);
  const Index filters = kernel->dims[3];
  for (Index f = 0; f < filters; ++f) {
    const double sign = f < filters / 2 ? 1.0 : -1.0;
    double mean = 0.0;
    for (Index i = 0; i < windows.size(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double value = sign * directions[static_cast<std::size_t>(f % (filters / 2))][at];
      kernel->values[static_cast<std::size_t>(i * filters + f)] = static_cast<T>(value);
      mean += value * moments.mean[at];
    }
    if (options.centered && bias != tensors.end()) {
      bias->values[static_cast<std::size_t>(f)] = static_cast<T>(-mean);
    }
  }
}

}  // namespace TWEED_NAMESPACE
