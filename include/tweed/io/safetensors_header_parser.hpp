#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>
#include <tweed/io/safetensors_header.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace TWEED_NAMESPACE::detail {

/// Takes a header's JSON token by token, so that nothing is built but what the format has:
/// {"__metadata__": {text: text}, name: {"dtype": text, "shape": [sizes], "data_offsets": [2]}}.
class SafetensorsHeaderParser final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit SafetensorsHeaderParser(const std::filesystem::path& path) : path_{path} {}

  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t) override {
    if (place_ == Place::document) {
      place_ = Place::header;
    } else if (place_ == Place::header) {
      start_entry();
    } else {
      refuse("an object");
    }
    return true;
  }

  bool key(std::string& name) override {
    key_ = name;
    if (place_ == Place::header) {
      entry_name_ = name;
      if (!entry_names_.insert(name).second) refuse("the name a second time");
    } else if (place_ == Place::metadata) {
      if (header_.metadata.contains(name)) refuse("the key a second time");
    } else {
      if (name != "dtype" && name != "shape" && name != "data_offsets") refuse("an unknown key");
      if (!fields_.insert(name).second) refuse("the key a second time");
    }
    return true;
  }

  bool string(std::string& text) override {
    if (place_ == Place::metadata) {
      header_.metadata.emplace(key_, text);
    } else if (place_ == Place::entry && key_ == "dtype") {
      entry_.dtype = text;
    } else {
      refuse("a string");
    }
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::entry && key_ == "shape") {
      place_ = Place::shape;
    } else if (place_ == Place::entry && key_ == "data_offsets") {
      place_ = Place::offsets;
    } else {
      refuse("an array");
    }
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    if (place_ == Place::shape) {
      add_dim(value);
    } else if (place_ == Place::offsets) {
      add_offset(value);
    } else {
      refuse("a number");
    }
    return true;
  }

  bool end_array() override {
    if (place_ == Place::offsets && offsets_found_ != 2) refuse("fewer than two");
    place_ = Place::entry;
    return true;
  }

  bool end_object() override {
    if (place_ == Place::entry) finish_entry();
    place_ = place_ == Place::header ? Place::document : Place::header;
    return true;
  }

  bool null() override { refuse("null"); }
  bool boolean(bool) override { refuse("a boolean"); }
  bool number_integer(std::int64_t) override { refuse("a negative number"); }
  bool number_float(double, const std::string&) override { refuse("a fraction or a huge number"); }
  bool binary(nlohmann::json::binary_t&) override { refuse("binary data"); }

  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::json::exception&) override {
    throw Error(path_.string() + ": at byte " + std::to_string(safetensors_prefix + position - 1) +
                ": the header is not valid JSON near " + in_quotes(last_token));
  }

 private:
  enum class Place { document, header, metadata, entry, shape, offsets };

  void start_entry() {
    entry_ = {};
    fields_.clear();
    offsets_found_ = 0;
    place_ = entry_name_ == safetensors_metadata_key ? Place::metadata : Place::entry;
  }

  void add_dim(std::uint64_t value) {
    if (value > std::numeric_limits<Index>::max()) refuse("a size that is too large");
    if (entry_.dims.size() == safetensors_highest_rank) refuse("more dimensions than 64");
    entry_.dims.push_back(static_cast<Index>(value));
  }

  void add_offset(std::uint64_t value) {
    if (offsets_found_ == 2) refuse("more than two");
    (offsets_found_ == 0 ? entry_.begin : entry_.end) = value;
    ++offsets_found_;
  }

  void finish_entry() {
    for (const char* field : {"dtype", "shape", "data_offsets"}) {
      key_ = field;
      if (!fields_.contains(field)) refuse("nothing");
    }
    header_.tensors.emplace(entry_name_, std::move(entry_));
  }

  std::string_view expected() const {
    if (place_ == Place::document) return "an object";
    if (place_ == Place::header) return "one object for each name";
    if (place_ == Place::metadata) return "one string for each key";
    if (place_ == Place::shape) return "whole sizes, at least 0";
    if (place_ == Place::offsets) return "two offsets, at least 0";
    if (key_ == "dtype") return "one string";
    if (key_ == "shape" || key_ == "data_offsets") return "one array";
    return "dtype, shape and data_offsets";
  }

  [[noreturn]] void refuse(const std::string& found) const {
    std::string where = path_.string() + ": header";
    if (place_ != Place::document) where += ", entry " + in_quotes(entry_name_);
    if (place_ > Place::header) where += ", key " + in_quotes(key_);
    throw Error(where + ": expected " + std::string(expected()) + ", found " + found);
  }

  const std::filesystem::path& path_;
  SafetensorsHeader header_;
  Place place_ = Place::document;
  std::string key_;
  std::string entry_name_;
  std::set<std::string> entry_names_;
  SafetensorsEntry entry_;
  std::set<std::string, std::less<>> fields_;
  int offsets_found_ = 0;
};

}  // namespace TWEED_NAMESPACE::detail
