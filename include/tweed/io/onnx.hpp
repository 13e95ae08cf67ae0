#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/version.hpp>
#include <tweed/io/atomic_file.hpp>
#include <tweed/io/onnx_graph.hpp>
#include <tweed/io/utf8.hpp>
#include <tweed/model/any_model.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tweed {

struct OnnxOptions {
  bool softmax = false;                              ///< probabilities instead of logits
  std::map<std::string, std::string> metadata = {};  ///< anything to say of the model, UTF-8
};

namespace detail {

/// Turns layers into nodes. Images of the graph are NCHW between its layers, as ONNX has them, and
/// NHWC at its ends, as tweed has them.
class OnnxExporter {
 public:
  OnnxExporter(const AnyNetwork& network, std::vector<NamedTensor<const float>> tensors)
      : network_(network), tensors_(std::move(tensors)) {}

  std::string file(const OnnxOptions& options) {
    const Shape input = network_.input();
    graph_.add_input(current_, external_sizes(input));
    is_image_ = !input.is_vector();
    if (is_image_) {
      add({"input_nchw", "Transpose", {current_}, "input_nchw", {{"perm", Sizes{0, 3, 1, 2}}}});
    }
    for (layer_ = 0; layer_ < network_.layers().size(); ++layer_) {
      std::visit([&](const auto& layer) { add_layer(layer); }, network_.layers()[layer_]);
    }
    finish(options.softmax);
    graph_.add_output(current_, external_sizes(network_.output()));
    return graph_.model(version, options.metadata);
  }

 private:
  using Sizes = std::vector<Index>;

  /// Without the batch.
  static Sizes external_sizes(const Shape& shape) {
    if (shape.is_vector()) return {shape.channels};
    return {shape.height, shape.width, shape.channels};
  }

  const std::string& name() const { return network_.layer_names()[layer_]; }
  const Shape& input() const { return network_.shapes()[layer_]; }

  void add(const OnnxNode& node) {
    graph_.add(node);
    current_ = node.output;
  }

  void add_layer(const any::ReLU&) { add({name(), "Relu", {current_}, name()}); }
  void add_layer(const any::Dropout&) {}
  void add_layer(const any::Flatten&) { make_vector(); }

  void add_layer(const any::Dense&) {
    make_vector();
    const auto& kernel = next_tensor();
    graph_.add_constant(kernel.name, OnnxType::f32, kernel.dims, std::as_bytes(kernel.values));
    const std::string bias = add_bias();
    add({name(), "Gemm", {current_, kernel.name, bias}, name()});
  }

  template <class Settings>
  void add_layer(const any::Convolution<Settings>& layer) {
    make_image();
    const auto g = layer.settings.geometry(input());
    const std::string kernel = add_kernel();
    const std::string bias = add_bias();
    auto attributes = window_attributes(g.rows, g.columns);
    attributes.push_back({"dilations", Sizes{g.rows.dilation, g.columns.dilation}});
    attributes.push_back({"group", g.groups});
    add({name(), "Conv", {current_, kernel, bias}, name(), std::move(attributes)});
  }

  void add_layer(const any::MaxPool& layer) {
    make_image();
    const auto g = layer.settings.geometry(input());
    add({name(), "MaxPool", {current_}, name(), window_attributes(g.rows, g.columns)});
  }

  static std::vector<OnnxAttribute> window_attributes(const SlidingAxis& rows,
                                                      const SlidingAxis& columns) {
    const auto after = [](const SlidingAxis& axis) {
      const Index seen = (axis.output - 1) * axis.stride + axis.span() - axis.before;
      return std::max<Index>(0, seen - axis.input);
    };
    return {{"kernel_shape", Sizes{rows.window, columns.window}},
            {"strides", Sizes{rows.stride, columns.stride}},
            {"pads", Sizes{rows.before, columns.before, after(rows), after(columns)}}};
  }

  /// A convolution's kernel [kh,kw,c/groups,f] as [f,c/groups,kh,kw].
  std::string add_kernel() {
    const auto& kernel = next_tensor();
    const Index taps = kernel.dims[0] * kernel.dims[1];
    const Index channels = kernel.dims[2];
    const Index filters = kernel.dims[3];
    std::vector<float> values;
    values.reserve(kernel.values.size());
    for (Index f = 0; f < filters; ++f) {
      for (Index c = 0; c < channels; ++c) {
        for (Index t = 0; t < taps; ++t) {
          values.push_back(
              kernel.values[static_cast<std::size_t>((t * channels + c) * filters + f)]);
        }
      }
    }
    const std::array sizes{filters, channels, kernel.dims[0], kernel.dims[1]};
    graph_.add_constant(kernel.name, OnnxType::f32, sizes, std::as_bytes(std::span(values)));
    return kernel.name;
  }

  std::string add_bias() {
    const auto& bias = next_tensor();
    graph_.add_constant(bias.name, OnnxType::f32, bias.dims, std::as_bytes(bias.values));
    return bias.name;
  }

  const NamedTensor<const float>& next_tensor() { return tensors_[tensor_++]; }

  /// [n,c,h,w] as [n,h*w*c], in tweed's order.
  void make_vector() {
    if (!is_image_) return;
    make_nhwc();
    add({unique("flatten"), "Flatten", {current_}, unique("flatten"), {{"axis", Index{1}}}});
    is_image_ = false;
  }

  void make_nhwc() {
    const std::string nhwc = unique("nhwc");
    add({nhwc, "Transpose", {current_}, nhwc, {{"perm", Sizes{0, 2, 3, 1}}}});
  }

  /// A vector as an image of one pixel.
  void make_image() {
    if (is_image_) return;
    const std::string shape = unique("image_shape");
    const std::array<std::int64_t, 4> sizes{0, input().channels, 1, 1};  // 0: as it is
    const std::array<Index, 1> rank{4};
    graph_.add_constant(shape, OnnxType::i64, rank, std::as_bytes(std::span(sizes)));
    add({unique("image"), "Reshape", {current_, shape}, unique("image")});
    is_image_ = true;
  }

  /// A name that no layer has.
  std::string unique(const std::string& what) const {
    const bool at_end = layer_ == network_.layers().size();
    return (at_end ? "output" : name()) + "." + what;
  }

  void finish(bool softmax) {
    if (network_.output().is_vector()) {
      make_vector();
    } else if (is_image_) {
      make_nhwc();
    }
    if (softmax) add({"softmax", "Softmax", {current_}, "softmax", {{"axis", Index{-1}}}});
    add({"output", "Identity", {current_}, "output"});
  }

  const AnyNetwork& network_;
  std::vector<NamedTensor<const float>> tensors_;
  std::size_t layer_ = 0;
  std::size_t tensor_ = 0;
  OnnxGraph graph_;
  std::string current_ = "input";  // what the next node reads
  bool is_image_ = false;          // whether it has four dimensions
};

inline const AnyNetwork& network_of(const AnyModel& model) { return model.network(); }
template <class Net>
AnyNetwork network_of(const Model<Net, float>&) {
  return any_network<Net>();
}

}  // namespace detail

/// A model, a `Model` of float or an `AnyModel`, as the bytes of an ONNX file (operator set 13).
/// Its input "input" and output "output" are those of the network, [batch,height,width,channels] or
/// [batch,length], the batch free. Throws Error if the metadata is not UTF-8.
template <class M>
std::string onnx_bytes(const M& model, const OnnxOptions& options = {}) {
  const auto& network = detail::network_of(model);
  constexpr Index most = (Index{1} << 31) - (Index{1} << 20);
  const Index bytes = network.parameter_count() * Index{sizeof(float)};
  if (bytes >= most) {
    throw Error("ONNX: a file holds less than 2 GiB, these weights take " + std::to_string(bytes) +
                " bytes");
  }
  detail::check_utf8("ONNX", options.metadata);
  return detail::OnnxExporter(network, model.tensors()).file(options);
}

/// Writes a model as an ONNX file, atomically. Throws Error if it cannot be written.
template <class M>
void export_onnx(const M& model, const std::filesystem::path& path,
                 const OnnxOptions& options = {}) {
  write_file_atomically(path, onnx_bytes(model, options));
}

}  // namespace tweed
