#pragma once

#include <string>

namespace fashion_mnist {

/// "AMD EPYC 9R14", as the system calls it; "unknown" where it does not say.
std::string processor_name();

/// The compiler of this program: "GCC 12.2.0".
std::string compiler_name();

}  // namespace fashion_mnist
