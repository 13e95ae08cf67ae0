#pragma once

#include <tweed/augment/augmentation.hpp>

#include <string>

namespace fashion_mnist {

/// An augmentation by its name, behind which its numbers may stand: "shift", "cutout:12",
/// "erase:0.5:0.2". Throws tweed::Error for others, which says what there is.
tweed::AnyAugmentation augmentation_named(const std::string& text);

}  // namespace fashion_mnist
