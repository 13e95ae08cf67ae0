#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/epilogue.hpp>
#include <tweed/core/initializer.hpp>
#include <tweed/core/scratch.hpp>

#include <array>
#include <concepts>
#include <span>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// A layer's answer to its input: its output shape, and why it rejects the input. The first
/// enumerator of `Why` means that the input fits; the others are read in messages, so they name the
/// trouble and the remedy: `input_is_an_image_put_Flatten_before`. An enumeration has at most 12.
template <class Why>
struct Fit {
  Shape output;
  Why why{};
};

/// For layers that take any shape.
enum class AlwaysFits { yes };

/// The shapes of all inputs of a layer, in order.
using Shapes = std::span<const Shape>;

/// Who changes a tensor: the optimiser, or the layer itself in `commit`.
enum class Role : unsigned char { trained, state };

/// A tensor of a layer.
struct Tensor {
  std::string_view name = {};             ///< within the layer: "kernel", "bias"
  std::array<Index, 4> dims{1, 1, 1, 1};  ///< unused ones are 1
  int rank = 1;
  Initializer initializer = Initializer::zeros;
  Index fan_in = 1;
  Index fan_out = 1;
  Role role = Role::trained;
  double gain = 1.0;  ///< what its numbers are multiplied by at the start

  constexpr Index size() const { return dims[0] * dims[1] * dims[2] * dims[3]; }
};

/// A tensor that training changes.
using Parameter = Tensor;

/// The tensors of a layer: those that are trained first, then its state.
class TensorList {
 public:
  static constexpr std::size_t most = 6;

  constexpr void add(const Tensor& tensor) { tensors_[count_++] = tensor; }
  constexpr const Tensor* begin() const { return tensors_.data(); }
  constexpr const Tensor* end() const { return tensors_.data() + count_; }

 private:
  std::array<Tensor, most> tensors_{};
  std::size_t count_ = 0;
};

/// Which activations `backward` reads. What nobody reads need not be stored.
struct Reads {
  bool input = true;
  bool output = true;
  bool input_is_for_parameters = false;  ///< what is frozen does not read it
};

/// Bytes a layer asks for, for a whole batch.
struct LayerMemory {
  Index kept = 0;     ///< written by `forward`, read by `backward` and `commit`
  Index scratch = 0;  ///< of use during one call
};

/// What the memory of a layer depends on.
struct MemoryQuery {
  Shapes inputs;
  Index batch = 0;  ///< samples at most
  int threads = 1;
  Epilogue epilogue = {};
  bool is_frozen = false;  ///< `backward` need not compute the gradients of parameters

  constexpr const Shape& input() const { return inputs[0]; }
};

/// One span for each tensor of a role, in the order in which the layer lists them.
template <class T>
using Tensors = std::span<const std::span<T>>;

/// A layer in inference as y = x * factor + offset, a number each for every channel. `factor` and
/// `offset` are where it writes them.
template <class T>
struct AffinePass {
  Tensors<const T> parameters;
  Tensors<const T> state;
  std::span<T> factor;
  std::span<T> offset;
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
  Tensors<const T> state = {};
  Epilogue epilogue = {};
  std::span<const T> factor = {};  ///< where the epilogue normalises: of each channel of y
  std::span<const T> offset = {};
};

/// What it made ready, and for which batches; nothing in training.
struct Prepared {
  std::span<const std::byte> bytes = {};
  Index batch = 0;
};

/// What a layer gets to compute y from its inputs.
template <class T>
struct InferPass {
  Batch<const T> x;  ///< the first input
  Batch<T> y;
  Tensors<const T> parameters;
  Prepared prepared = {};
  Scratch scratch;
  int threads = 1;
  std::span<const Batch<const T>> inputs = {};  ///< all of them
  Tensors<const T> state = {};
  Epilogue epilogue = {};
};

/// What a layer gets to compute y in training. It writes no state: what `commit` needs of this
/// batch goes into `kept`.
template <class T>
struct ForwardPass : InferPass<T> {
  std::span<std::byte> kept;
  RandomKey random;  ///< different for each layer and step
};

/// What a layer gets to compute the gradients. It overwrites every dx and all gradients, which hold
/// rubbish before, and may overwrite dy. A dx is empty where nobody needs it, which happens only to
/// a layer with parameters or with several inputs. The gradients of a frozen layer nobody needs: it
/// may leave them as they are.
template <class T>
struct BackwardPass {
  Batch<const T> x;  ///< the first input; rubbish unless `backward_reads.input`
  Batch<const T> y;  ///< rubbish unless `backward_reads.output`
  Batch<T> dy;
  Batch<T> dx;  ///< of the first input
  Tensors<const T> parameters;
  Tensors<T> gradients;
  std::span<const std::byte> kept;
  RandomKey random;  ///< as in `forward`
  Scratch scratch;
  int threads = 1;
  std::span<const Batch<const T>> inputs = {};  ///< all of them
  std::span<const Batch<T>> input_gradients = {};
  Epilogue epilogue = {};
  bool is_frozen = false;

  /// Where the gradient of parameter i goes, or nullptr where nobody needs it.
  T* gradient(std::size_t i) const { return is_frozen ? nullptr : gradients[i].data(); }
};

/// What a layer gets to bring its state up to date, once a step was found good.
template <class T>
struct CommitPass {
  Shape input;
  Index count;  ///< samples in the batch
  std::span<const std::byte> kept;
  Tensors<T> state;
};

/// Whether L is the name of a constant: a type with a layer as its `value`.
template <class L>
concept NamesLayer = requires {
  L::value.name;
};

/// The value of an entry in a network: the constant that it names, or of a type without data its
/// only value.
template <class L>
struct ValueOf {
  using Class = L;
  static constexpr L value{};
};
template <NamesLayer L>
struct ValueOf<L> {
  using Class = std::remove_cvref_t<decltype(L::value)>;
  static constexpr const Class& value = L::value;
};
template <class L>
using LayerClass = typename ValueOf<L>::Class;

/// The name of a constant where a layer is wanted: `Constant<DenseLayer{.units = 10}>`.
template <auto layer>
struct Constant {
  static constexpr auto value = layer;
};

/// A layer, as a value that does not change. It has
/// - `static constexpr std::string_view name`, in lower case;
/// - `constexpr Fit<Why> fit(const Shape& input) const`, or `fit(Shapes inputs)` where it joins
///   several values;
/// - `template <class T> void infer(const InferPass<T>&) const`;
/// - `template <class T> void backward(const BackwardPass<T>&) const`;
///
/// and, where the defaults will not do,
/// - `template <class T> void forward(const ForwardPass<T>&) const`, where training differs from
///   inference (by default it is `infer`);
/// - `constexpr std::array<Parameter, n> parameters(const Shape& input) const`, or `constexpr
///   TensorList tensors(const Shape& input) const` where it has state or the settings decide how
///   many there are;
/// - `template <class T> void commit(const CommitPass<T>&) const`, which brings the state up to
///   date with what `forward` kept;
/// - `template <class T> void affine(const AffinePass<T>&) const`, where it is y = x * factor +
///   offset in inference, so that a prepared model can fold it into the layer before;
/// - `static constexpr Reads backward_reads` (by default both), and whether the input is for the
///   gradients of the parameters alone;
/// - `static constexpr bool in_place`: y may be an input, and dx may be dy (by default no);
/// - `static constexpr bool is_view`: y is x under another shape; nothing runs;
/// - `static constexpr bool passes_gradient`: each dx is dy; `backward` does not run;
/// - `static constexpr bool overwrites_dy`: false where `backward` does not write to dy, which
///   saves a copy where somebody reads it later (by default true);
/// - `template <class T> constexpr LayerMemory memory(const Shape& input, Index batch, int threads)
///   const`, or `memory(const MemoryQuery&)`;
/// - `template <class T> void prepare(const PreparePass<T>&) const` and, with the bytes that it
///   writes as `kept` and those of `infer` after it as `scratch`, `template <class T> constexpr
///   LayerMemory prepared_memory(...) const` of the same arguments as `memory`, where something can
///   be made ready of the parameters alone, and inference is faster with it;
/// - `static constexpr unsigned char takes`: the `folds` that its kernels do at once; with
///   `folds::any_activation` it trains with activations whose derivative does not follow from their
///   output, too;
/// - `constexpr Epilogue as_epilogue() const`: what it is when it is folded into another layer;
/// - `constexpr Index multiply_adds(const Shape& input) const`: of one sample, forward, as the
///   definition counts them, for profiles; each of the two gradients is taken to need as many;
/// - `static constexpr void visit(layer, take)`: what a model file states of the layer. It calls
///   `take(name, member)` for each setting: an `Index`, a `bool`, a `double`, a `Window`, `Stride`,
///   `Dilation`, `Padding`, `Interpolation` or `Algorithm`. Through it, settings of a layer that is
///   not const can be written;
/// - `OnnxOperator onnx(const Shape& input) const`: what it is in ONNX;
/// - `std::string describe() const`: its settings, for the summary;
/// - `std::string_view runs_as(const Shape& input, Index batch) const`: the algorithm that it
///   takes, too.
///
/// Members may be static: then a type without data is a layer. The same input gives the same result
/// to the bit for any number of threads.
template <class L>
concept LayerValue = requires(const L& layer, const Shape& shape, Shapes shapes,
                              const InferPass<float>& infer, const BackwardPass<float>& backward) {
  { L::name } -> std::convertible_to<std::string_view>;
  requires requires { layer.fit(shape).why; } || requires {
    layer.fit(shapes).why;
  };
  layer.infer(infer);
  layer.backward(backward);
};

/// What may stand in a network's type.
template <class L>
concept Layer = (NamesLayer<L> || std::is_empty_v<L>)&&LayerValue<LayerClass<L>>;

/// A layer with any number of inputs.
template <class L>
concept JoinValue = !requires(const L& layer, const Shape& shape) {
  layer.fit(shape).why;
};

/// What a layer makes of its inputs.
template <class L>
constexpr auto fit_of(const L& layer, Shapes inputs) {
  if constexpr (JoinValue<L>) {
    return layer.fit(inputs);
  } else {
    return layer.fit(inputs[0]);
  }
}

/// The tensors of a layer, none if it does not say.
template <class L>
constexpr TensorList tensors_of(const L& layer, const Shape& input) {
  if constexpr (requires { layer.tensors(input); }) {
    return layer.tensors(input);
  } else if constexpr (requires { layer.parameters(input); }) {
    TensorList list;
    for (const Tensor& tensor : layer.parameters(input)) list.add(tensor);
    return list;
  } else {
    return {};
  }
}

}  // namespace TWEED_NAMESPACE
