#pragma once

#include <tweed/core/namespace.hpp>

#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// Names and values, as text.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

}  // namespace TWEED_NAMESPACE
