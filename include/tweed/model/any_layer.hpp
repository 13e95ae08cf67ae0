#pragma once

#include <tweed/core/enumerator_name.hpp>
#include <tweed/core/layer_table.hpp>
#include <tweed/core/layer_text.hpp>
#include <tweed/core/layer_traits.hpp>

#include <memory>
#include <string>

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
        fit_(&fit_any<L>),
        traits_([](const void* any, const Shape& input) {
          return traits_of(*static_cast<const L*>(any), input);
        }),
        is_join_(JoinValue<L>),
        name_(L::name) {}

  /// What it makes of its inputs, or why it does not take them.
  struct Answer {
    Shape output{1, 1, 0};
    std::string why_not = {};  ///< empty where it does
  };

  std::string_view name() const { return name_; }
  bool is_join() const { return is_join_; }
  Answer fit(Shapes inputs) const { return fit_(layer_.get(), inputs); }
  Traits traits(const Shape& input) const { return traits_(layer_.get(), input); }
  BoundLayer<T> bound() const { return {table_, layer_.get()}; }
  DescribedLayer described() const { return {text_, layer_.get()}; }
  /// What keeps the value alive.
  const std::shared_ptr<const void>& value() const { return layer_; }

 private:
  template <class L>
  static Answer fit_any(const void* layer, Shapes inputs) {
    const auto answer = fit_of(*static_cast<const L*>(layer), inputs);
    if (static_cast<int>(answer.why) == 0) return {answer.output};
    return {answer.output, detail::enumerator_words(answer.why)};
  }

  std::shared_ptr<const void> layer_;
  const LayerTable<T>* table_;
  const LayerText* text_;
  Answer (*fit_)(const void*, Shapes);
  Traits (*traits_)(const void*, const Shape&);
  bool is_join_;
  std::string_view name_;
};

using AnyLayer = AnyLayerOf<float>;

}  // namespace TWEED_NAMESPACE
