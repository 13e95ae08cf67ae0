#pragma once

#include <tweed/core/layer_table.hpp>
#include <tweed/core/layer_text.hpp>
#include <tweed/core/layer_traits.hpp>

#include <memory>
#include <string_view>

namespace TWEED_NAMESPACE {

/// A layer of any class, for numbers of type T: any value that satisfies `LayerValue`.
template <class T>
class AnyLayerOf {
 public:
  template <LayerValue L>
  AnyLayerOf(const L& layer)
      : layer_(std::make_shared<const L>(layer)),
        table_(&layer_table<L, T>),
        text_(&layer_text<L>),
        traits_([](const void* any, const Shape& input) {
          return traits_of(*static_cast<const L*>(any), input);
        }),
        is_join_(JoinValue<L>),
        name_(L::name) {}

  std::string_view name() const { return name_; }
  bool is_join() const { return is_join_; }
  FitAnswer fit(Shapes inputs) const { return described().fit(inputs); }
  Traits traits(const Shape& input) const { return traits_(layer_.get(), input); }
  BoundLayer<T> bound() const { return {table_, layer_.get()}; }
  DescribedLayer described() const { return {text_, layer_.get()}; }
  /// What keeps the value alive.
  const std::shared_ptr<const void>& value() const { return layer_; }

 private:
  std::shared_ptr<const void> layer_;
  const LayerTable<T>* table_;
  const LayerText* text_;
  Traits (*traits_)(const void*, const Shape&);
  bool is_join_;
  std::string_view name_;
};

using AnyLayer = AnyLayerOf<float>;

}  // namespace TWEED_NAMESPACE
