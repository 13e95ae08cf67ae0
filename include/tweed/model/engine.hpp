#pragma once

/// What runs networks, one class for all of them and each number type. A program that links
/// tweed::compiled, which defines TWEED_COMPILED, finds its functions there for float and double;
/// any other compiles them itself.

#include <tweed/model/executor.hpp>
#include <tweed/model/layout.hpp>
#include <tweed/model/preparation.hpp>

#ifndef TWEED_COMPILED
#include <tweed/model/executor_functions.hpp>
#include <tweed/model/preparation_functions.hpp>
#include <tweed/model/program.hpp>
#endif
