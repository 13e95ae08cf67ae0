#pragma once

namespace tests {

/// How often this program has allocated memory with new so far.
long allocations();

}  // namespace tests
