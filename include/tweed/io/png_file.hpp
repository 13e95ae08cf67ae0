#pragma once

#include <tweed/data/png.hpp>
#include <tweed/io/atomic_file.hpp>

#include <filesystem>
#include <span>

namespace TWEED_NAMESPACE {

/// Writes `image` as a PNG file, atomically. Throws Error if it has other than one or three
/// channels, or cannot be written. Needs libpng.
inline void write_png(const std::filesystem::path& path, const Image& image) {
  const auto bytes = encode_png(image);
  write_file_atomically(path, std::as_bytes(std::span{bytes}));
}

}  // namespace TWEED_NAMESPACE
