#pragma once

#include <tweed/core/interpolation.hpp>
#include <tweed/core/settings.hpp>

#include <initializer_list>

/// The way back from a setting to the value of an option: each function sets the value and returns
/// true, or returns false where the setting cannot be one.
namespace TWEED_NAMESPACE::detail {

inline bool read_setting(const Setting& setting, bool& yes) {
  if (setting.kind != Setting::Kind::boolean) return false;
  yes = setting.integer != 0;
  return true;
}

inline bool read_setting(const Setting& setting, Index& number) {
  if (setting.kind != Setting::Kind::integer) return false;
  number = setting.integer;
  return true;
}

inline bool read_setting(const Setting& setting, double& number) {
  if (setting.kind == Setting::Kind::integer) {
    number = static_cast<double>(setting.integer);
    return true;
  }
  if (setting.kind != Setting::Kind::real) return false;
  number = setting.real;
  return true;
}

template <class Pair>
requires requires(Pair& pair) {
  pair.height;
  pair.width;
}
bool read_setting(const Setting& setting, Pair& pair) {
  if (setting.kind != Setting::Kind::integers || setting.integers.size() != 2) return false;
  pair.height = setting.integers[0];
  pair.width = setting.integers[1];
  return true;
}

/// One of these values, by the word that is written for it.
template <class Value>
bool read_word(const Setting& setting, Value& value, std::initializer_list<Value> values) {
  if (setting.kind != Setting::Kind::word) return false;
  for (const Value known : values) {
    if (setting_of(known).word != setting.word) continue;
    value = known;
    return true;
  }
  return false;
}

inline bool read_setting(const Setting& setting, Padding& padding) {
  if (setting.kind != Setting::Kind::integers || setting.integers.size() != 4) {
    return read_word(setting, padding, {Padding::same, Padding::valid});
  }
  const auto& sides = setting.integers;
  padding = Padding::valid;
  padding.rows = {sides[0], sides[1]};
  padding.columns = {sides[2], sides[3]};
  return true;
}

inline bool read_setting(const Setting& setting, Interpolation& interpolation) {
  return read_word(setting, interpolation, {Interpolation::nearest, Interpolation::bilinear});
}

}  // namespace TWEED_NAMESPACE::detail
