#pragma once

#include <tweed/core/namespace.hpp>

#include <string_view>

namespace TWEED_NAMESPACE {

/// Of this library; versions follow <https://semver.org>.
inline constexpr std::string_view version = "0.1.0";

}  // namespace TWEED_NAMESPACE
