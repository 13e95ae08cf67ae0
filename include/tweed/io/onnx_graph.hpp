#pragma once

#include <tweed/core/onnx_operator.hpp>

#include <protozero/pbf_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The protocol buffers of an ONNX file, as far as networks need them. The numbers are those of the
/// messages' fields and types in onnx.proto.
namespace TWEED_NAMESPACE::detail {

enum class OnnxType : std::int32_t { f32 = 1, i64 = 7 };

/// One operation.
struct OnnxNode {
  std::string name;
  std::string_view operation;
  std::vector<std::string> inputs;
  std::string output;
  std::vector<OnnxAttribute> attributes = {};
};

/// Collects a graph and encodes it.
class OnnxGraph {
 public:
  void add(const OnnxNode& node) {
    protozero::pbf_writer graph(graph_);
    protozero::pbf_writer message(graph, 1);
    for (const std::string& input : node.inputs) message.add_string(1, input);
    message.add_string(2, node.output);
    message.add_string(3, node.name);
    message.add_string(4, node.operation.data(), node.operation.size());
    for (const OnnxAttribute& attribute : node.attributes) add(message, attribute);
  }

  /// A constant.
  void add_constant(const std::string& name, OnnxType type, std::span<const Index> sizes,
                    std::span<const std::byte> values) {
    protozero::pbf_writer graph(graph_);
    protozero::pbf_writer message(graph, 5);
    for (const Index size : sizes) message.add_int64(1, size);
    message.add_int32(2, static_cast<std::int32_t>(type));
    message.add_string(8, name);
    message.add_bytes(9, reinterpret_cast<const char*>(values.data()), values.size());
  }

  /// A batch, of any number of samples of these sizes.
  void add_input(const std::string& name, std::span<const Index> sizes) {
    add_batch(11, name, sizes);
  }
  void add_output(const std::string& name, std::span<const Index> sizes) {
    add_batch(12, name, sizes);
  }

  /// The file: a model of this graph, for operator set 13.
  std::string model(std::string_view producer_version,
                    const std::map<std::string, std::string>& metadata) const {
    std::string file;
    protozero::pbf_writer message(file);
    message.add_int64(1, 7);  // version of the format, that of operator set 13
    message.add_string(2, "tweed");
    message.add_string(3, producer_version.data(), producer_version.size());
    message.add_message(7, named_graph());
    protozero::pbf_writer(message, 8).add_int64(2, 13);
    for (const auto& [key, value] : metadata) {
      protozero::pbf_writer entry(message, 14);
      entry.add_string(1, key);
      entry.add_string(2, value);
    }
    return file;
  }

 private:
  static void add(protozero::pbf_writer& node, const OnnxAttribute& attribute) {
    protozero::pbf_writer message(node, 5);
    message.add_string(1, attribute.name.data(), attribute.name.size());
    switch (attribute.kind) {
      case OnnxAttribute::Kind::real:
        message.add_float(2, attribute.real);
        message.add_int32(20, 1);
        break;
      case OnnxAttribute::Kind::integer:
        message.add_int64(3, attribute.integer);
        message.add_int32(20, 2);
        break;
      case OnnxAttribute::Kind::word:
        message.add_bytes(4, attribute.word.data(), attribute.word.size());
        message.add_int32(20, 3);
        break;
      case OnnxAttribute::Kind::integers:
        for (const Index each : attribute.integers) message.add_int64(8, each);
        message.add_int32(20, 7);
        break;
    }
  }

  void add_batch(protozero::pbf_tag_type tag, const std::string& name,
                 std::span<const Index> sample) {
    protozero::pbf_writer graph(graph_);
    protozero::pbf_writer value(graph, tag);
    value.add_string(1, name);
    protozero::pbf_writer type(value, 2);
    protozero::pbf_writer tensor(type, 1);
    tensor.add_int32(1, static_cast<std::int32_t>(OnnxType::f32));
    protozero::pbf_writer sizes(tensor, 2);
    protozero::pbf_writer(sizes, 1).add_string(2, "batch");
    for (const Index size : sample) protozero::pbf_writer(sizes, 1).add_int64(1, size);
  }

  std::string named_graph() const {
    std::string graph = graph_;
    protozero::pbf_writer(graph).add_string(2, "tweed");
    return graph;
  }

  std::string graph_;  // encoded
};

}  // namespace TWEED_NAMESPACE::detail
