#pragma once

#include <tweed/core/namespace.hpp>

#include <string_view>

namespace TWEED_NAMESPACE {

/// The instruction set that kernels run on: "avx512", "avx2_fma", "sse2", "neon"... Programs that
/// link tweed::compiled run the best one that both the library and the machine have, or what the
/// environment variable TWEED_INSTRUCTION_SET says; this throws Error where they have no such one.
/// In other programs it is the one that the source is compiled for.
#ifdef TWEED_COMPILED
std::string_view instruction_set();
#else
inline std::string_view instruction_set() { return detail::name_of_instruction_set; }
#endif

}  // namespace TWEED_NAMESPACE
