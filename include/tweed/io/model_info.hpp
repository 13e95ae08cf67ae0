#pragma once

#include <tweed/io/safetensors_file.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE {

/// What happens to raw values before they reach the network.
struct Preprocessing {
  double scale = 1.0;  ///< they are multiplied by this, 1/255 where bytes become [0, 1]; not 0
};

/// What a model file says of the model, besides its network and its weights.
struct ModelInfo {
  std::optional<Preprocessing> preprocessing = {};
  std::vector<std::string> class_names = {};  ///< one for each output, or none
  SafetensorsFile::Metadata notes = {};       ///< anything else
};

namespace detail {

/// Whether values can be multiplied by it and still say something.
inline bool is_scale(double scale) { return std::isfinite(scale) && scale != 0; }

/// The JSON of what a model file says under `preprocessing` and `class_names`, and the way back,
/// which throws Error, beginning with `where`, at anything else.
TWEED_PREBUILT std::string preprocessing_text(const Preprocessing& preprocessing);
TWEED_PREBUILT std::string class_names_text(const std::vector<std::string>& names);
TWEED_PREBUILT Preprocessing parse_preprocessing(const std::string& where, std::string_view text);
TWEED_PREBUILT std::vector<std::string> parse_class_names(const std::string& where,
                                                          std::string_view text);

}  // namespace detail

}  // namespace TWEED_NAMESPACE
