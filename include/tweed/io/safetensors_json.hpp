#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/io/safetensors_file.hpp>
#include <tweed/io/safetensors_header_parser.hpp>
#include <tweed/io/utf8.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace TWEED_NAMESPACE::detail {

TWEED_PREBUILT SafetensorsHeader parse_safetensors_header(const std::filesystem::path& path,
                                                          std::string_view text,
                                                          std::uint64_t data_size) {
  if (text.size() > safetensors_longest_header) {
    throw Error(path.string() + ": expected a header of at most " +
                std::to_string(safetensors_longest_header) + " bytes, found " +
                std::to_string(text.size()));
  }
  // The JSON parser skips a byte order mark and takes a zero byte for the end.
  if (!text.starts_with('{')) throw Error(path.string() + ": at byte 8: expected {");
  if (const auto zero = text.find('\0'); zero != text.npos) {
    throw Error(path.string() + ": at byte " + std::to_string(safetensors_prefix + zero) +
                ": expected JSON, found a zero byte");
  }
  SafetensorsHeaderParser parser{path};
  nlohmann::json::sax_parse(text, &parser);
  auto header = parser.take();
  check_safetensors_layout(path, header, data_size);
  return header;
}

TWEED_PREBUILT std::string safetensors_header_text(const std::filesystem::path& path,
                                                   std::span<const TensorView> tensors,
                                                   const SafetensorsFile::Metadata& metadata) {
  const std::string where = "cannot write " + path.string();
  check_utf8(where, metadata);
  auto json = nlohmann::ordered_json::object();
  if (!metadata.empty()) json[std::string{safetensors_metadata_key}] = metadata;
  std::size_t position = 0;
  for (const TensorView& tensor : tensors) {
    check_utf8(where + ": the name of a tensor", tensor.name);
    check_utf8(where + ": the type of tensor " + in_quotes(tensor.name), tensor.dtype);
    if (json.contains(tensor.name)) {
      throw Error(where + ": two tensors named " + in_quotes(tensor.name));
    }
    const std::size_t end = position + tensor.bytes.size();
    json[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.dims}, {"data_offsets", {position, end}}};
    position = end;
  }
  std::string text = json.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  parse_safetensors_header(path, text, position);  // What is written can be read.
  return text;
}

}  // namespace TWEED_NAMESPACE::detail
