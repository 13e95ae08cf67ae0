#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/core/version.hpp>
#include <tweed/io/model_info.hpp>
#include <tweed/io/utf8.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#ifndef TWEED_COMPILED
#include <tweed/io/model_info_json.hpp>
#endif

namespace TWEED_NAMESPACE::detail {

/// Version 1 states no network, version 2 layers one after another, version 3 graphs and state. A
/// file is written in the earliest version that can say what it has to.
inline constexpr std::string_view chain_version = "2";
inline constexpr std::string_view graph_version = "3";

inline constexpr const char* architecture_key = "architecture";
inline constexpr const char* class_names_key = "class_names";
inline constexpr const char* preprocessing_key = "preprocessing";

/// Whether tweed itself writes what stands under that key.
constexpr bool is_own_key(std::string_view key) {
  return key == "format" || key == "format_version" || key == "tweed_version" ||
         key == architecture_key || key == class_names_key || key == preprocessing_key;
}

/// The metadata of a model file of that version but for the architecture. Notes under tweed's own
/// keys are dropped.
inline SafetensorsFile::Metadata model_metadata(const std::filesystem::path& path,
                                                const ModelInfo& info,
                                                std::string_view format_version) {
  const std::string where = "cannot write " + path.string();
  SafetensorsFile::Metadata metadata = info.notes;
  std::erase_if(metadata, [](const auto& note) { return is_own_key(note.first); });
  metadata["format"] = "tweed";
  metadata["format_version"] = format_version;
  metadata["tweed_version"] = version;
  if (!info.class_names.empty()) {
    for (const auto& name : info.class_names) check_utf8(where + ": a class name", name);
    metadata[class_names_key] = class_names_text(info.class_names);
  }
  if (info.preprocessing) {
    if (const double scale = info.preprocessing->scale; !is_scale(scale)) {
      throw Error(where + ": preprocessing: expected a scale that is finite and not 0, found " +
                  std::to_string(scale));
    }
    metadata[preprocessing_key] = preprocessing_text(*info.preprocessing);
  }
  return metadata;
}

/// Whether the metadata may state a network, as it does since version 2.
inline bool has_current_format(const SafetensorsFile::Metadata& metadata) {
  const auto is = [&](const char* key, std::string_view value) {
    const auto found = metadata.find(key);
    return found != metadata.end() && found->second == value;
  };
  return is("format", "tweed") &&
         (is("format_version", chain_version) || is("format_version", graph_version));
}

/// The version of a tweed model file must be one that this version reads; files of others have
/// none.
inline void check_model_file_version(const std::filesystem::path& path,
                                     const SafetensorsFile::Metadata& metadata) {
  const auto format = metadata.find("format");
  if (format == metadata.end() || format->second != "tweed") return;
  const auto found = metadata.find("format_version");
  const bool is_known =
      has_current_format(metadata) || (found != metadata.end() && found->second == "1");
  if (is_known) return;
  throw Error(path.string() + ": expected format_version \"1\", \"2\" or \"3\", found " +
              (found == metadata.end() ? "none" : in_quotes(found->second)));
}

/// Throws Error where there are class names, but not one for each output, or for each channel of an
/// image.
inline void check_class_names(const std::string& where, const ModelInfo& info,
                              const Shape& output) {
  if (info.class_names.empty() || std::ssize(info.class_names) == output.channels) return;
  throw Error(text(where, ": expected ", output.channels, " class names, one for each ",
                   output.is_vector() ? "output" : "channel of the output", ", found ",
                   info.class_names.size()));
}

/// What a file's metadata says; that of a file of others is all notes. Throws Error, naming the
/// key, where it cannot be read.
inline ModelInfo parse_model_info(const std::filesystem::path& path,
                                  const SafetensorsFile::Metadata& metadata) {
  check_model_file_version(path, metadata);
  ModelInfo info;
  if (!has_current_format(metadata)) {
    info.notes = metadata;
    return info;
  }
  const auto where = path.string() + ": metadata ";
  for (const auto& [key, text] : metadata) {
    if (key == preprocessing_key) {
      info.preprocessing = parse_preprocessing(where + in_quotes(key), text);
    } else if (key == class_names_key) {
      info.class_names = parse_class_names(where + in_quotes(key), text);
    } else if (!is_own_key(key)) {
      info.notes.emplace(key, text);
    }
  }
  return info;
}

}  // namespace TWEED_NAMESPACE::detail
