#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <protozero/pbf_reader.hpp>

#include <cstring>
#include <map>
#include <string>
#include <vector>

/// Reads ONNX files back, independently of what wrote them: fields by their numbers in onnx.proto.
namespace tests {

struct OnnxTensor {
  int type = 0;
  std::vector<tweed::Index> dims;
  std::string bytes;

  std::vector<float> floats() const {
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
  }
};

struct OnnxModel {
  std::int64_t ir_version = 0;
  std::int64_t operator_set = 0;
  std::string producer;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> nodes;  ///< "Conv(input, kernel, bias) strides=[2,1] -> conv2d_1"
  std::map<std::string, OnnxTensor> constants;
  std::string input;  ///< "input [batch,28,28,1]"
  std::string output;
};

namespace detail {

inline std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

inline std::string onnx_attribute(protozero::pbf_reader reader) {
  std::string name;
  std::string value;
  std::string numbers;
  int type = 0;
  while (reader.next()) {
    if (reader.tag() == 1) {
      name = reader.get_string();
    } else if (reader.tag() == 2) {
      value = tweed::detail::text(static_cast<double>(reader.get_float()));
    } else if (reader.tag() == 3) {
      value = std::to_string(reader.get_int64());
    } else if (reader.tag() == 4) {
      value = reader.get_string();
    } else if (reader.tag() == 8) {
      numbers += (numbers.empty() ? "" : ",") + std::to_string(reader.get_int64());
    } else if (reader.tag() == 20) {
      type = reader.get_int32();
    } else {
      reader.skip();
    }
  }
  if (type >= 1 && type <= 3) return name + "=" + value;
  return type == 7 ? name + "=[" + numbers + "]" : name + " of an unexpected type";
}

inline std::string onnx_node(protozero::pbf_reader reader) {
  std::vector<std::string> inputs;
  std::string attributes;
  std::string output;
  std::string operation;
  while (reader.next()) {
    if (reader.tag() == 1) {
      inputs.push_back(reader.get_string());
    } else if (reader.tag() == 2) {
      output = reader.get_string();
    } else if (reader.tag() == 4) {
      operation = reader.get_string();
    } else if (reader.tag() == 5) {
      attributes += " " + onnx_attribute(reader.get_message());
    } else {
      reader.skip();
    }
  }
  return operation + "(" + joined(inputs) + ")" + attributes + " -> " + output;
}

inline std::pair<std::string, OnnxTensor> onnx_tensor(protozero::pbf_reader reader) {
  std::string name;
  OnnxTensor tensor;
  while (reader.next()) {
    if (reader.tag() == 1) {
      tensor.dims.push_back(reader.get_int64());
    } else if (reader.tag() == 2) {
      tensor.type = reader.get_int32();
    } else if (reader.tag() == 8) {
      name = reader.get_string();
    } else if (reader.tag() == 9) {
      tensor.bytes = reader.get_bytes();
    } else {
      reader.skip();
    }
  }
  return {name, tensor};
}

/// The sizes of a ValueInfoProto's tensor.
inline std::string onnx_sizes(protozero::pbf_reader type) {
  type.next(1);
  auto tensor = type.get_message();
  tensor.next(2);
  auto shape = tensor.get_message();
  std::string sizes;
  while (shape.next(1)) {
    auto dim = shape.get_message();
    dim.next();
    const std::string size = dim.tag() == 2 ? dim.get_string() : std::to_string(dim.get_int64());
    sizes += (sizes.empty() ? "" : ",") + size;
  }
  return tweed::detail::text("[", sizes, "]");
}

inline std::string onnx_value(protozero::pbf_reader reader) {
  std::string text;
  while (reader.next()) {
    if (reader.tag() == 1) {
      text = reader.get_string() + text;
    } else if (reader.tag() == 2) {
      text += ' ';
      text += onnx_sizes(reader.get_message());
    } else {
      reader.skip();
    }
  }
  return text;
}

inline void read_onnx_graph(protozero::pbf_reader reader, OnnxModel& model) {
  while (reader.next()) {
    if (reader.tag() == 1) {
      model.nodes.push_back(onnx_node(reader.get_message()));
    } else if (reader.tag() == 5) {
      model.constants.insert(onnx_tensor(reader.get_message()));
    } else if (reader.tag() == 11) {
      model.input = onnx_value(reader.get_message());
    } else if (reader.tag() == 12) {
      model.output = onnx_value(reader.get_message());
    } else {
      reader.skip();
    }
  }
}

}  // namespace detail

inline OnnxModel read_onnx(const std::string& bytes) {
  OnnxModel model;
  protozero::pbf_reader reader(bytes);
  while (reader.next()) {
    if (reader.tag() == 1) {
      model.ir_version = reader.get_int64();
    } else if (reader.tag() == 2) {
      model.producer = reader.get_string();
    } else if (reader.tag() == 7) {
      detail::read_onnx_graph(reader.get_message(), model);
    } else if (reader.tag() == 8) {
      auto set = reader.get_message();
      while (set.next(2)) model.operator_set = set.get_int64();
    } else if (reader.tag() == 14) {
      auto entry = reader.get_message();
      entry.next(1);
      const std::string key = entry.get_string();
      entry.next(2);
      model.metadata[key] = entry.get_string();
    } else {
      reader.skip();
    }
  }
  return model;
}

}  // namespace tests
