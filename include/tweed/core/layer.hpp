#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/initializer.hpp>
#include <tweed/core/scratch.hpp>

#include <array>
#include <concepts>
#include <string_view>

namespace tweed {

/// A layer's answer to an input shape: its output shape, and why it rejects the input. The first
/// enumerator of `Why` means that the input fits; the others are read in compiler messages, so they
/// name the trouble and the remedy: `input_is_an_image_put_Flatten_before`.
template <class Why>
struct Fit {
  Shape output;
  Why why{};
};

/// For layers that take any shape.
enum class AlwaysFits { yes };

/// A tensor that training changes.
struct Parameter {
  std::string_view name;      ///< within the layer: "kernel", "bias"
  std::array<Index, 4> dims;  ///< unused ones are 1
  int rank;
  Initializer initializer;
  Index fan_in = 1;
  Index fan_out = 1;

  constexpr Index size() const { return dims[0] * dims[1] * dims[2] * dims[3]; }
};

/// Which activations `backward` reads. What nobody reads need not be stored.
struct Reads {
  bool input = true;
  bool output = true;
};

/// Bytes a layer asks for, for a whole batch.
struct LayerMemory {
  Index kept = 0;     ///< written by `forward`, read by `backward`
  Index scratch = 0;  ///< of use during one call
};

/// One span for each of the layer's parameters, in the order of `parameters`.
template <class T>
using Tensors = std::span<const std::span<T>>;

/// What a layer without settings has for `settings`.
struct NoSettings {
  template <class Settings, class Take>
  static constexpr void visit(Settings&, const Take&) {}
};

/// What a layer gets to make ready, for inference in batches of up to `batch` samples, what depends
/// on its parameters alone.
template <class T>
struct PreparePass {
  Shape input;
  Index batch;
  Tensors<const T> parameters;
  std::span<std::byte> to;
  int threads = 1;
};

/// What it made ready, and for which batches; nothing in training.
struct Prepared {
  std::span<const std::byte> bytes = {};
  Index batch = 0;
};

/// What a layer gets to compute y from x.
template <class T>
struct InferPass {
  Batch<const T> x;
  Batch<T> y;
  Tensors<const T> parameters;
  Prepared prepared = {};
  Scratch scratch;
  int threads = 1;
};

/// The same in training.
template <class T>
struct ForwardPass : InferPass<T> {
  std::span<std::byte> kept;
  RandomKey random;  ///< different for each layer and step
};

/// What a layer gets to compute the gradients. It overwrites dx and all gradients, which hold
/// rubbish before, and may overwrite dy. dx is empty where nobody needs it, which happens only to a
/// layer with parameters.
template <class T>
struct BackwardPass {
  Batch<const T> x;  ///< rubbish unless `backward_reads.input`
  Batch<const T> y;  ///< rubbish unless `backward_reads.output`
  Batch<T> dy;
  Batch<T> dx;
  Tensors<const T> parameters;
  Tensors<T> gradients;
  std::span<const std::byte> kept;
  RandomKey random;  ///< as in `forward`
  Scratch scratch;
  int threads = 1;
};

/// A layer is a description without state. It has
/// - `static constexpr std::string_view name`, in lower case;
/// - `static constexpr Fit<Why> fit(Shape input)`;
/// - `template <class T> static void infer(const InferPass<T>&)`;
/// - `template <class T> static void backward(const BackwardPass<T>&)`;
///
/// and, where the defaults will not do,
/// - `template <class T> static void forward(const ForwardPass<T>&)`, where training differs from
///   inference (by default it is `infer`);
/// - `static constexpr std::array<Parameter, n> parameters(Shape input)`;
/// - `static constexpr Reads backward_reads` (by default both);
/// - `static constexpr bool in_place`: y may be x, and dx may be dy (by default no);
/// - `template <class T> static constexpr LayerMemory memory(Shape input, Index batch, int
/// threads)`;
/// - `template <class T> static void prepare(const PreparePass<T>&)` and, with the bytes that it
///   writes as `kept` and those of `infer` after it as `scratch`, `template <class T> static
///   constexpr LayerMemory prepared_memory(Shape input, Index batch, int threads)`, where something
///   can be made ready of the parameters alone, and inference is faster with it;
/// - `static constexpr Index multiply_adds(Shape input)`: of one sample, forward, as the definition
///   counts them, for profiles; each of the two gradients is taken to need as many;
/// - `static constexpr S settings`: what a model file states of the layer.
///   `S::visit(settings, take)` calls `take(name, member)` for each: an `Index`, a `double`, a
///   `Window`, `Stride`, `Dilation`, `Padding` or `Algorithm`. Through it, settings that are not
///   const can be written;
/// - `static std::string describe()`: its settings, for the summary;
/// - `static std::string_view runs_as(Shape input, Index batch)`: the algorithm that it takes, too.
///
/// The same input gives the same result to the bit for any number of threads.
template <class L>
concept Layer = requires(const Shape& shape, const InferPass<float>& infer,
                         const BackwardPass<float>& backward) {
  { L::name } -> std::convertible_to<std::string_view>;
  { L::fit(shape).output } -> std::convertible_to<Shape>;
  L::fit(shape).why;
  L::infer(infer);
  L::backward(backward);
};

/// The parameters of a layer, none if it does not say.
template <Layer L>
constexpr auto parameters_of(const Shape& input) {
  if constexpr (requires { L::parameters(input); }) {
    return L::parameters(input);
  } else {
    return std::array<Parameter, 0>{};
  }
}

template <Layer L>
inline constexpr std::size_t parameter_tensors = decltype(parameters_of<L>(Shape{}))().size();

template <Layer L>
constexpr Reads reads_of() {
  if constexpr (requires { L::backward_reads; }) {
    return L::backward_reads;
  } else {
    return {};
  }
}

template <Layer L>
constexpr bool works_in_place() {
  if constexpr (requires { L::in_place; }) {
    return L::in_place;
  } else {
    return false;
  }
}

template <Layer L, class T>
constexpr LayerMemory memory_of(const Shape& input, Index batch, int threads) {
  if constexpr (requires { L::template memory<T>(input, batch, threads); }) {
    return L::template memory<T>(input, batch, threads);
  } else {
    return {};
  }
}

/// What `prepare` writes, and the scratch of `infer` after it.
template <Layer L, class T>
constexpr LayerMemory prepared_memory_of(const Shape& input, Index batch, int threads) {
  if constexpr (requires { L::template prepared_memory<T>(input, batch, threads); }) {
    return L::template prepared_memory<T>(input, batch, threads);
  } else {
    return {.scratch = memory_of<L, T>(input, batch, threads).scratch};
  }
}

template <Layer L>
constexpr Index multiply_adds_of(const Shape& input) {
  if constexpr (requires { L::multiply_adds(input); }) {
    return L::multiply_adds(input);
  } else {
    return 0;
  }
}

template <Layer L, class T>
void run_forward(const ForwardPass<T>& pass) {
  if constexpr (requires { L::forward(pass); }) {
    L::forward(pass);
  } else {
    L::infer(static_cast<const InferPass<T>&>(pass));
  }
}

}  // namespace tweed
