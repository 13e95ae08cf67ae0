#pragma once

#include <tweed/core/namespace.hpp>

#include <fstream>
#include <string>

namespace TWEED_NAMESPACE::reporting {

/// "AMD EPYC 9R14", as the system calls it; "unknown" where it does not say.
[[gnu::cold]] inline std::string processor_name() {
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != line.npos) return line.substr(colon + 2);
  }
  return "unknown";
}

/// The compiler of this program: "GCC 12.2.0".
[[gnu::cold]] inline std::string compiler_name() {
#if defined(__clang__)
  return "Clang " __clang_version__;
#elif defined(__GNUC__)
  return "GCC " __VERSION__;
#elif defined(_MSC_VER)
  return "MSVC " + std::to_string(_MSC_FULL_VER);
#else
  return "unknown";
#endif
}

}  // namespace TWEED_NAMESPACE::reporting
