#pragma once

#include <tweed/core/checked_product.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/gzip.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// The content of an IDX file, the format of MNIST and its relatives: an array of bytes.
struct IdxArray {
  std::vector<Index> dims;           ///< outermost first, at least one
  std::vector<std::uint8_t> values;  ///< as many as the product of `dims`, row by row
};

namespace detail {

/// For the types that are not supported.
inline const char* idx_type_name(std::uint8_t type) {
  if (type == 0x09) return "signed byte";
  if (type == 0x0b) return "16-bit integer";
  if (type == 0x0c) return "32-bit integer";
  if (type == 0x0d) return "float";
  if (type == 0x0e) return "double";
  return "unknown";
}

/// Four bytes of the header.
[[gnu::cold]] inline std::array<std::uint8_t, 4> read_idx_word(GzipFile& file) {
  std::array<std::uint8_t, 4> bytes;
  const Index start = file.position();
  const std::size_t found = file.read(bytes);
  if (found < bytes.size()) {
    throw file.error_at(start, text("expected ", bytes.size(), " bytes of an IDX header, found ",
                                    found == 0 ? "the end of the file" : text(found)));
  }
  return bytes;
}

/// Magic: two zero bytes, the type of the values, the number of dimensions.
[[gnu::cold]] inline Index read_idx_rank(GzipFile& file) {
  const auto [zero, also_zero, type, rank] = read_idx_word(file);
  if (zero != 0 || also_zero != 0) {
    throw file.error_at(0, text("not an IDX file, expected it to start with 00 00, found ",
                                hex(zero), " ", hex(also_zero)));
  }
  if (type != 0x08) {
    throw file.error_at(2, text("expected values of type 0x08 (unsigned byte), found 0x", hex(type),
                                " (", idx_type_name(type), ")"));
  }
  if (rank == 0) throw file.error_at(3, "expected at least one dimension, found 0");
  return rank;
}

/// Big-endian 32-bit sizes.
[[gnu::cold]] inline std::vector<Index> read_idx_dims(GzipFile& file) {
  std::vector<Index> dims(static_cast<std::size_t>(read_idx_rank(file)));
  for (Index& dim : dims) {
    for (const std::uint8_t byte : read_idx_word(file)) dim = dim * 256 + byte;
  }
  return dims;
}

/// The header's word is not enough to allocate `count` bytes: what has arrived is at most doubled.
[[gnu::cold]] inline std::vector<std::uint8_t> read_idx_values(GzipFile& file, std::size_t count) {
  constexpr std::size_t first_step = std::size_t{1} << 20;
  std::vector<std::uint8_t> values;
  while (values.size() < count) {
    const std::size_t arrived = values.size();
    const std::size_t step = std::min(count - arrived, std::max(arrived, first_step));
    values.reserve(arrived + step);
    values.resize(arrived + step);
    const std::size_t found = file.read(std::span{values}.subspan(arrived));
    if (found < step) {
      throw file.error_at(
          file.position(),
          text("expected ", count, " bytes of values, found the end after ", arrived + found));
    }
  }
  return values;
}

}  // namespace detail

/// Reads an IDX file of unsigned bytes, plain or gzip. Nothing in the file is trusted. Throws Error
/// with the path, the byte, what was expected and what was found if the file is missing, damaged,
/// of another type, or shorter or longer than its header says.
[[gnu::cold]] inline IdxArray read_idx(const std::filesystem::path& path) {
  GzipFile file{path};
  IdxArray array{.dims = detail::read_idx_dims(file), .values = {}};
  const auto count = detail::checked_product(array.dims);
  if (!count) {
    throw file.error_at(4, detail::text("dimensions too large: ", detail::dims_text(array.dims)));
  }
  array.values = detail::read_idx_values(file, static_cast<std::size_t>(*count));

  std::array<std::uint8_t, 1> one_more;
  if (file.read(one_more) != 0) {
    throw file.error_at(file.position() - 1,
                        detail::text("expected the end of the file after ",
                                     detail::dims_text(array.dims), " values, found more bytes"));
  }
  return array;
}

}  // namespace TWEED_NAMESPACE
