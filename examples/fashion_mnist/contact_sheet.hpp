#pragma once

#include <tweed/data/dataset.hpp>
#include <tweed/data/image.hpp>

#include <string>

namespace fashion_mnist {

/// The first `count` samples of `data`, or all if there are fewer, in rows of five, each with the
/// name of its class below.
tweed::Image contact_sheet(const tweed::Dataset<>& data, tweed::Index count);

/// The first `count` samples of `data` as text in 24-bit colour, as many pictures a row as fit into
/// `columns`.
std::string terminal_sheet(const tweed::Dataset<>& data, tweed::Index count, int columns);

}  // namespace fashion_mnist
