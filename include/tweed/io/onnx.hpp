#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/version.hpp>
#include <tweed/io/atomic_file.hpp>
#include <tweed/io/onnx_graph.hpp>
#include <tweed/io/utf8.hpp>
#include <tweed/model/model.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

struct OnnxOptions {
  bool softmax = false;                              ///< probabilities instead of logits
  std::map<std::string, std::string> metadata = {};  ///< anything to say of the model, UTF-8
};

namespace detail {

/// Turns layers into nodes. Images of the graph are NCHW between its layers, as ONNX has them, and
/// NHWC at its ends, as tweed has them.
class OnnxExporter {
 public:
  OnnxExporter(const NetworkText& network, const Layout& layout,
               std::vector<NamedTensor<const float>> tensors)
      : network_(network),
        layout_(layout),
        tensors_(std::move(tensors)),
        names_(numbered_layer_names(network.graph)),
        values_(network.graph.shapes.size()) {}

  /// Throws Error where a layer does not say what it is in ONNX.
  std::string file(const OnnxOptions& options) {
    const GraphView& graph = network_.graph;
    for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
      add_input(graph.inputs[k], numbered("input", k, graph.inputs.size()));
    }
    for (const Node& node : graph.nodes) add_layer(node);
    for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
      add_output(graph.outputs[k], numbered("output", k, graph.outputs.size()), options.softmax);
    }
    return graph_.model(version, options.metadata);
  }

 private:
  using Sizes = std::vector<Index>;
  using Placing = OnnxOperator::Layout;

  /// A value of the network in the file: its name, and whether it has four dimensions.
  struct Value {
    std::string name;
    bool is_image = false;
  };

  static std::string numbered(const std::string& name, std::size_t k, std::size_t count) {
    return count == 1 ? name : name + "_" + std::to_string(k + 1);
  }

  /// Without the batch.
  static Sizes external_sizes(const Shape& shape) {
    if (shape.is_vector()) return {shape.channels};
    return {shape.height, shape.width, shape.channels};
  }

  Value& value(int i) { return values_[static_cast<std::size_t>(i)]; }
  const std::string& name_of(const Node& node) const {
    return names_[static_cast<std::size_t>(node.layer)];
  }

  void add_input(int input, const std::string& name) {
    const Shape& shape = network_.graph.shape(input);
    graph_.add_input(name, external_sizes(shape));
    value(input) = {name, false};
    if (shape.is_vector()) return;
    graph_.add({name + "_nchw",
                "Transpose",
                {name},
                name + "_nchw",
                {OnnxAttribute::of("perm", Sizes{0, 3, 1, 2})}});
    value(input) = {name + "_nchw", true};
  }

  void add_output(int output, const std::string& name, bool softmax) {
    const Shape& shape = network_.graph.shape(output);
    Value current = value(output);
    if (shape.is_vector()) {
      current = vector_of(current, name);
    } else if (current.is_image) {
      current = {nhwc_of(current, name), false};
    }
    if (softmax) {
      const std::string softmax_name = name == "output" ? "softmax" : name + ".softmax";
      graph_.add({softmax_name,
                  "Softmax",
                  {current.name},
                  softmax_name,
                  {OnnxAttribute::of("axis", Index{-1})}});
      current.name = softmax_name;
    }
    graph_.add({name, "Identity", {current.name}, name});
    graph_.add_output(name, external_sizes(shape));
  }

  void add_layer(const Node& node) {
    const GraphView& graph = network_.graph;
    const DescribedLayer& layer = network_.layer_of(node);
    OnnxOperator what;
    const std::string& name = name_of(node);
    if (!layer.text->onnx(layer.layer, graph.input_of(node), what))
      throw Error("ONNX: " + name + " does not say what it is in ONNX");
    const bool as_image =
        what.layout == Placing::image || (what.layout == Placing::any && any_is_image(node));
    std::vector<std::string> inputs;
    const auto operands = graph.inputs_of(node);
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const std::string prefix = operands.size() == 1 ? name : name + "." + std::to_string(i + 1);
      const Value& operand = value(operands[i]);
      inputs.push_back(as_image ? image_of(operand, prefix, graph.shape(operands[i])).name
                                : vector_of(operand, prefix).name);
    }
    value(node.output) = {name, as_image || what.makes_image};
    if (what.type.empty()) {
      value(node.output).name = inputs[0];
      return;
    }
    add_integers(what.then.empty() ? name : name + ".step_1", what.integers, inputs);
    const auto tensors = add_tensors(node.layer, what.has_channel_tensors && as_image);
    const auto behind =
        tensors.begin() + static_cast<std::ptrdiff_t>(what.tensors_before_constants);
    inputs.insert(inputs.end(), tensors.begin(), behind);
    for (std::size_t i = 0; i < what.constants.size(); ++i) {
      inputs.push_back(add_constants(name, i, what.constants[i]));
    }
    for (const float scalar : what.scalars) inputs.push_back(add_scalar(scalar));
    if (!what.tensors_are_for_steps) inputs.insert(inputs.end(), behind, tensors.end());
    add_steps(name, what, std::move(inputs), tensors);
  }

  /// A layer's tensors, with their names in the file.
  std::vector<std::string> add_tensors(int layer, bool meet_channels) {
    std::vector<std::string> names;
    for (const auto& placed : {layout_.trained_of(layer), layout_.state_of(layer)}) {
      const auto first = static_cast<std::size_t>(placed.data() - layout_.tensors().data());
      for (std::size_t i = 0; i < placed.size(); ++i) {
        auto tensor = tensors_[first + i];
        if (meet_channels) tensor.dims.insert(tensor.dims.end(), 2, 1);
        names.push_back(add_tensor(tensor));
      }
    }
    return names;
  }

  /// The operator and the steps behind it. The last of them has the layer's name.
  void add_steps(const std::string& layer, const OnnxOperator& what,
                 std::vector<std::string> inputs, const std::vector<std::string>& tensors) {
    const std::string input = inputs[0];
    const auto name_of_step = [&](std::size_t i) {
      return i == what.then.size() ? layer : layer + ".step_" + std::to_string(i + 1);
    };
    graph_.add({name_of_step(0), what.type, std::move(inputs), name_of_step(0), what.attributes});
    for (std::size_t i = 0; i < what.then.size(); ++i) {
      const OnnxStep& step = what.then[i];
      const std::string name = name_of_step(i + 1);
      std::vector<std::string> operands{name_of_step(i)};
      if (step.operand == OnnxStep::with_input) operands.push_back(input);
      if (step.operand == OnnxStep::with_scalar) operands.push_back(add_scalar(step.scalar));
      if (step.operand == OnnxStep::with_step) operands.push_back(name_of_step(step.place));
      if (step.operand == OnnxStep::with_tensor) operands.push_back(tensors[step.place]);
      if (step.operand_is_first) std::swap(operands.front(), operands.back());
      add_integers(name, step.integers, operands);
      for (std::size_t k = 0; k < step.constants.size(); ++k) {
        operands.push_back(add_constants(name, k, step.constants[k]));
      }
      graph_.add({name, step.type, std::move(operands), name, step.attributes});
    }
  }

  /// Vectors of whole numbers as further inputs of the operation of that name.
  void add_integers(const std::string& operation, const std::vector<std::vector<Index>>& vectors,
                    std::vector<std::string>& inputs) {
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      inputs.push_back(operation + ".integers_" + std::to_string(i + 1));
      const std::vector<std::int64_t> values(vectors[i].begin(), vectors[i].end());
      const std::array size{std::ssize(values)};
      graph_.add_constant(inputs.back(), OnnxType::i64, size, std::as_bytes(std::span(values)));
    }
  }

  bool any_is_image(const Node& node) {
    const auto operands = network_.graph.inputs_of(node);
    return std::ranges::any_of(operands, [&](int i) { return value(i).is_image; });
  }

  std::string add_constants(const std::string& layer, std::size_t i,
                            const std::vector<float>& values) {
    if (values.empty()) return {};
    const std::string name = layer + ".constant_" + std::to_string(i + 1);
    const std::array size{std::ssize(values)};
    graph_.add_constant(name, OnnxType::f32, size, std::as_bytes(std::span(values)));
    return name;
  }

  std::string add_scalar(float value) {
    const std::string name = "scalar_" + std::to_string(++scalar_count_);
    graph_.add_constant(name, OnnxType::f32, {}, std::as_bytes(std::span(&value, 1)));
    return name;
  }

  /// A layer's tensor; a convolution's kernel [kh,kw,c/groups,f] as [f,c/groups,kh,kw].
  std::string add_tensor(const NamedTensor<const float>& tensor) {
    if (tensor.dims.size() != 4) {
      graph_.add_constant(tensor.name, OnnxType::f32, tensor.dims, std::as_bytes(tensor.values));
      return tensor.name;
    }
    const Index taps = tensor.dims[0] * tensor.dims[1];
    const Index channels = tensor.dims[2];
    const Index filters = tensor.dims[3];
    std::vector<float> values;
    values.reserve(tensor.values.size());
    for (Index f = 0; f < filters; ++f) {
      for (Index c = 0; c < channels; ++c) {
        for (Index t = 0; t < taps; ++t) {
          values.push_back(
              tensor.values[static_cast<std::size_t>((t * channels + c) * filters + f)]);
        }
      }
    }
    const std::array sizes{filters, channels, tensor.dims[0], tensor.dims[1]};
    graph_.add_constant(tensor.name, OnnxType::f32, sizes, std::as_bytes(std::span(values)));
    return tensor.name;
  }

  /// [n,c,h,w] as [n,h*w*c], in tweed's order.
  Value vector_of(const Value& from, const std::string& prefix) {
    if (!from.is_image) return from;
    const std::string nhwc = nhwc_of(from, prefix);
    const std::string name = prefix + ".flatten";
    graph_.add({name, "Flatten", {nhwc}, name, {OnnxAttribute::of("axis", Index{1})}});
    return {name, false};
  }

  std::string nhwc_of(const Value& from, const std::string& prefix) {
    std::string name = prefix + ".nhwc";
    graph_.add(
        {name, "Transpose", {from.name}, name, {OnnxAttribute::of("perm", Sizes{0, 2, 3, 1})}});
    return name;
  }

  /// A vector as an image of one pixel.
  Value image_of(const Value& from, const std::string& prefix, const Shape& shape) {
    if (from.is_image) return from;
    const std::string sizes_name = prefix + ".image_shape";
    const std::array<std::int64_t, 4> sizes{0, shape.size(), 1, 1};  // 0: as it is
    const std::array<Index, 1> rank{4};
    graph_.add_constant(sizes_name, OnnxType::i64, rank, std::as_bytes(std::span(sizes)));
    const std::string name = prefix + ".image";
    graph_.add({name, "Reshape", {from.name, sizes_name}, name});
    return {name, true};
  }

  NetworkText network_;
  const Layout& layout_;
  std::vector<NamedTensor<const float>> tensors_;
  std::vector<std::string> names_;
  std::vector<Value> values_;
  OnnxGraph graph_;
  int scalar_count_ = 0;
};

}  // namespace detail

/// A model of float as the bytes of an ONNX file (operator set 13). Its input "input" and output
/// "output" are those of the network, [batch,height,width,channels] or [batch,length], the batch
/// free; of several there are "input_1", "input_2" and so on. Throws Error if the metadata is not
/// UTF-8, or a layer does not say what it is in ONNX.
template <class Net>
std::string onnx_bytes(const Model<Net>& model, const OnnxOptions& options = {}) {
  constexpr Index most = (Index{1} << 31) - (Index{1} << 20);
  const Index bytes = model.layout().size() * Index{sizeof(float)};
  if (bytes >= most) {
    throw Error("ONNX: a file holds less than 2 GiB, these weights take " + std::to_string(bytes) +
                " bytes");
  }
  detail::check_utf8("ONNX", options.metadata);
  return detail::OnnxExporter(model.network().text(), model.layout(), model.tensors())
      .file(options);
}

/// Writes a model as an ONNX file, atomically. Throws Error if it cannot be written.
template <class M>
void export_onnx(const M& model, const std::filesystem::path& path,
                 const OnnxOptions& options = {}) {
  write_file_atomically(path, onnx_bytes(model, options));
}

}  // namespace TWEED_NAMESPACE
