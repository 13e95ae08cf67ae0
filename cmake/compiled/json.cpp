// The JSON in tweed::compiled: what the headers of <tweed/io/> only declare for programs that link it. They need no JSON
// library of their own then.

#include <tweed/io/architecture_json.hpp>
#include <tweed/io/architecture_parser.hpp>
#include <tweed/io/model_info_json.hpp>
#include <tweed/io/safetensors_json.hpp>
#include <tweed/io/training_settings_json.hpp>
