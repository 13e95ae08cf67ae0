#pragma once

#include <tweed/core/layer.hpp>

namespace TWEED_NAMESPACE {

/// What runs: the functions of a layer class for one number type. There is one table for each
/// class, not for each layer; `layer` points to the value.
template <class T>
struct LayerTable {
  TensorList (*tensors)(const void* layer, const Shape& input);
  LayerMemory (*memory)(const void* layer, const MemoryQuery&);
  LayerMemory (*prepared_memory)(const void* layer, const MemoryQuery&);
  void (*prepare)(const void* layer, const PreparePass<T>&);
  void (*affine)(const void* layer, const AffinePass<T>&);
  void (*infer)(const void* layer, const InferPass<T>&);
  void (*forward)(const void* layer, const ForwardPass<T>&);
  void (*backward)(const void* layer, const BackwardPass<T>&);
  void (*commit)(const void* layer, const CommitPass<T>&);
};

/// A layer and the functions for it.
template <class T>
struct BoundLayer {
  const LayerTable<T>* table = nullptr;
  const void* layer = nullptr;

  TensorList tensors(const Shape& input) const { return table->tensors(layer, input); }
  LayerMemory memory(const MemoryQuery& query) const { return table->memory(layer, query); }
  LayerMemory prepared_memory(const MemoryQuery& query) const {
    return table->prepared_memory(layer, query);
  }
};

namespace detail {

// Whether L has a member of that name, callable or not: where it has, the name is ambiguous in
// `Both`. What is misspelt or lacks `const` must not pass for a member that is not there.
struct NamesForward {
  int forward;
};
struct NamesMemory {
  int memory;
};
struct NamesPrepare {
  int prepare;
};
struct NamesCommit {
  int commit;
};
struct NamesTensors {
  int tensors;
};
struct NamesParameters {
  int parameters;
};
template <class L, class Named>
struct Both : L, Named {};
template <class L>
concept names_forward = !requires {
  &Both<L, NamesForward>::forward;
};
template <class L>
concept names_memory = !requires {
  &Both<L, NamesMemory>::memory;
};
template <class L>
concept names_prepare = !requires {
  &Both<L, NamesPrepare>::prepare;
};
template <class L>
concept names_commit = !requires {
  &Both<L, NamesCommit>::commit;
};
template <class L>
concept names_tensors = !requires {
  &Both<L, NamesTensors>::tensors;
};
template <class L>
concept names_parameters = !requires {
  &Both<L, NamesParameters>::parameters;
};

template <class L, class T>
concept HasForward = requires(const L& layer, const ForwardPass<T>& pass) {
  layer.forward(pass);
};
template <class L, class T>
concept HasPrepare = requires(const L& layer, const PreparePass<T>& pass) {
  layer.prepare(pass);
};
template <class L, class T>
concept HasAffine = requires(const L& layer, const AffinePass<T>& pass) {
  layer.affine(pass);
};
template <class L, class T>
concept HasCommit = requires(const L& layer, const CommitPass<T>& pass) {
  layer.commit(pass);
};
template <class L, class T>
concept HasMemory = requires(const L& layer, const MemoryQuery& q) {
  layer.template memory<T>(q);
}
|| requires(const L& layer, const Shape& s) { layer.template memory<T>(s, Index{1}, 1); };
template <class L>
concept ListsTensors = requires(const L& layer, const Shape& s) {
  layer.tensors(s).begin();
}
|| requires(const L& layer, const Shape& s) { layer.parameters(s).size(); };

/// `static_assert`s in words for members that do not fit.
template <class L, class T>
constexpr bool check_members() {
  static_assert(!names_forward<L> || HasForward<L, T>,
                "layer: `forward` must take a const ForwardPass<T>& and be const or static");
  static_assert(!names_memory<L> || HasMemory<L, T>,
                "layer: `memory<T>` must take (const Shape& input, Index batch, int threads) or "
                "(const MemoryQuery&) and be const or static");
  static_assert(!names_prepare<L> || HasPrepare<L, T>,
                "layer: `prepare` must take a const PreparePass<T>& and be const or static");
  static_assert(!names_commit<L> || HasCommit<L, T>,
                "layer: `commit` must take a const CommitPass<T>& and be const or static");
  static_assert(
      !(names_tensors<L> || names_parameters<L>) || ListsTensors<L>,
      "layer: `tensors` and `parameters` must take a const Shape& and be const or static");
  return true;
}

}  // namespace detail

/// Bytes that a layer asks for, none if it does not say.
template <class T, class L>
constexpr LayerMemory memory_of(const L& layer, const MemoryQuery& query) {
  if constexpr (requires { layer.template memory<T>(query); }) {
    return layer.template memory<T>(query);
  } else if constexpr (requires { layer.template memory<T>(query.input(), Index{1}, 1); }) {
    return layer.template memory<T>(query.input(), query.batch, query.threads);
  } else {
    return {};
  }
}

/// What `prepare` writes, and the scratch of `infer` after it.
template <class T, class L>
constexpr LayerMemory prepared_memory_of(const L& layer, const MemoryQuery& query) {
  if constexpr (requires { layer.template prepared_memory<T>(query); }) {
    return layer.template prepared_memory<T>(query);
  } else if constexpr (requires {
                         layer.template prepared_memory<T>(query.input(), Index{1}, 1);
                       }) {
    return layer.template prepared_memory<T>(query.input(), query.batch, query.threads);
  } else {
    return {.scratch = memory_of<T>(layer, query).scratch};
  }
}

namespace detail {

template <class L, class T>
constexpr LayerTable<T> make_layer_table() {
  static_assert(check_members<L, T>());
  LayerTable<T> table{};
  table.tensors = [](const void* layer, const Shape& input) {
    return tensors_of(*static_cast<const L*>(layer), input);
  };
  table.memory = [](const void* layer, const MemoryQuery& query) {
    return memory_of<T>(*static_cast<const L*>(layer), query);
  };
  table.prepared_memory = [](const void* layer, const MemoryQuery& query) {
    return prepared_memory_of<T>(*static_cast<const L*>(layer), query);
  };
  if constexpr (HasPrepare<L, T>) {
    table.prepare = [](const void* layer, const PreparePass<T>& pass) {
      static_cast<const L*>(layer)->prepare(pass);
    };
  }
  if constexpr (HasAffine<L, T>) {
    table.affine = [](const void* layer, const AffinePass<T>& pass) {
      static_cast<const L*>(layer)->affine(pass);
    };
  }
  table.infer = [](const void* layer, const InferPass<T>& pass) {
    static_cast<const L*>(layer)->infer(pass);
  };
  table.forward = [](const void* layer, const ForwardPass<T>& pass) {
    if constexpr (HasForward<L, T>) {
      static_cast<const L*>(layer)->forward(pass);
    } else {
      static_cast<const L*>(layer)->infer(static_cast<const InferPass<T>&>(pass));
    }
  };
  table.backward = [](const void* layer, const BackwardPass<T>& pass) {
    static_cast<const L*>(layer)->backward(pass);
  };
  if constexpr (HasCommit<L, T>) {
    table.commit = [](const void* layer, const CommitPass<T>& pass) {
      static_cast<const L*>(layer)->commit(pass);
    };
  }
  return table;
}

}  // namespace detail

/// The functions of the layer class L for numbers of type T.
template <class L, class T>
inline constexpr LayerTable<T> layer_table = detail::make_layer_table<L, T>();

}  // namespace TWEED_NAMESPACE
