#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/any_layers.hpp>
#include <tweed/model/model.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tweed {

namespace detail {

/// Layers [first, end) of a network, run by the one layer `run`, with the tensors
/// [first_tensor, end_tensor).
struct AnyStage {
  AnyLayer run;
  std::size_t first = 0;
  std::size_t end = 0;
  std::size_t first_tensor = 0;
  std::size_t end_tensor = 0;
};

}  // namespace detail

/// What `Sequential` is while compiling, at run time: layers one after another, bound to an input
/// shape.
class AnyNetwork {
 public:
  /// Throws Error where a layer cannot take the shape that reaches it, or where a sample would take
  /// more than 2^28 numbers between two layers.
  AnyNetwork(const Shape& input, std::vector<AnyLayer> layers)
      : layers_(std::move(layers)), names_(numbered_names(names_of(layers_))), shapes_{input} {
    if (layers_.empty()) throw Error("network: expected at least one layer, found none");
    check_size(input, "the input");
    for (std::size_t i = 0; i < layers_.size(); ++i) add_layer(i);
  }

  /// `shapes()[i]` reaches layer i; the last one is the output.
  const std::vector<Shape>& shapes() const { return shapes_; }
  const Shape& input() const { return shapes_.front(); }
  const Shape& output() const { return shapes_.back(); }

  const std::vector<AnyLayer>& layers() const { return layers_; }
  /// "conv2d_1" for each layer.
  const std::vector<std::string>& layer_names() const { return names_; }

  /// Every parameter, in the order of the layers and with its place in the block of all.
  const std::vector<detail::PlacedParameter>& parameters() const { return parameters_; }
  Index block_size() const { return block_size_; }
  Index parameter_count() const { return parameter_count_; }

  /// `batch_size`, where a machine can have the memory for so many samples. Throws Error otherwise.
  Index checked_batch_size(const char* owner, Index batch_size) const {
    Index largest = 1;
    for (const Shape& shape : shapes_) largest = std::max(largest, shape.size());
    const Index most = (Index{1} << 40) / largest;
    detail::check_option(owner, "batch_size", batch_size,
                         {.from = 1, .to = static_cast<double>(most)});
    return batch_size;
  }

  /// What runs, each stage one layer or several that one kernel does together.
  const std::vector<detail::AnyStage>& stages() const { return stages_; }

 private:
  static std::vector<std::string_view> names_of(const std::vector<AnyLayer>& layers) {
    std::vector<std::string_view> names;
    for (const AnyLayer& layer : layers) {
      names.push_back(std::visit([](const auto& l) { return l.name; }, layer));
    }
    return names;
  }

  static void check_size(const Shape& shape, const std::string& what) {
    constexpr Index most = Index{1} << 28;
    const std::array dims{shape.height, shape.width, shape.channels};
    const auto size = detail::checked_product(dims);
    if (std::ranges::min(dims) < 1 || !size || *size > most) {
      throw Error(detail::text("network: ", what, " has the shape ", detail::dims_text(dims),
                               "; expected 1 to 2^28 numbers"));
    }
  }

  void add_layer(std::size_t i) {
    const Shape input = shapes_.back();
    const auto fit = std::visit([&](const auto& layer) { return layer.fit(input); }, layers_[i]);
    if (!fit.why_not.empty()) {
      throw Error(detail::text("network: ", names_[i], " cannot take ", to_string(input), ": ",
                               fit.why_not));
    }
    check_size(fit.output, "the output of " + names_[i]);
    shapes_.push_back(fit.output);

    const std::size_t first_tensor = parameters_.size();
    for (const Parameter& parameter : std::visit(
             [&](const auto& layer) { return detail::parameters_at(layer, input); }, layers_[i])) {
      constexpr Index most = Index{1} << 40;
      if (detail::checked_product(parameter.dims).value_or(most) >= most) {
        throw Error("network: the weights of " + names_[i] + " are too many");
      }
      parameters_.push_back({parameter, i, block_size_});
      block_size_ += aligned_count<float>(parameter.size());
      parameter_count_ += parameter.size();
    }
    if (!stages_.empty() && folds(stages_.back().run, layers_[i])) {
      stages_.back().end = i + 1;
    } else {
      stages_.push_back({layers_[i], i, i + 1, first_tensor, parameters_.size()});
    }
  }

  static bool folds(AnyLayer& open, const AnyLayer& next) {
    return std::visit(
        [](auto& first, const auto& second) { return detail::fold_into(first, second); }, open,
        next);
  }

  std::vector<AnyLayer> layers_;
  std::vector<std::string> names_;
  std::vector<Shape> shapes_;
  std::vector<detail::PlacedParameter> parameters_;
  std::vector<detail::AnyStage> stages_;
  Index block_size_ = 0;
  Index parameter_count_ = 0;
};

namespace detail {

template <class L>
AnyLayer any_layer() {
  AnyLayer layer;
  const auto take = [&]<class Any>(std::type_identity<Any>) {
    if constexpr (std::is_same_v<decltype(Any::settings),
                                 std::remove_cv_t<decltype(L::settings)>>) {
      if (Any::name != L::name) return;
      Any found;
      found.settings = L::settings;
      layer = found;
    }
  };
  [&]<class... Layers>(std::type_identity<std::variant<Layers...>>) {
    static_assert(((Layers::name == L::name) || ...), "any_network: a layer that AnyLayer lacks");
    (take(std::type_identity<Layers>{}), ...);
  }(std::type_identity<AnyLayer>{});
  return layer;
}

}  // namespace detail

/// The network of a `Sequential`, at run time.
template <class Net>
AnyNetwork any_network() {
  return []<class... Layers>(std::type_identity<std::tuple<Layers...>>) {
    return AnyNetwork(Net::input, {detail::any_layer<Layers>()...});
  }(std::type_identity<typename Net::Layers>{});
}

}  // namespace tweed
