#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace TWEED_NAMESPACE {

/// A regular file, open for reading. Errors name its path.
class InputFile {
 public:
  /// Throws Error if nothing is at `path`, if it is not a regular file, or if it cannot be opened.
  [[gnu::cold]] explicit InputFile(std::filesystem::path path) : path_{std::move(path)} {
    std::error_code error;
    const auto status = std::filesystem::status(path_, error);
    // A directory or a pipe may well open: it would fail, or hang, at the first read.
    if (status.type() == std::filesystem::file_type::not_found) fail("no such file");
    if (status.type() == std::filesystem::file_type::none) fail(error.message());
    if (std::filesystem::is_directory(status)) fail("expected a file, found a directory");
    if (!std::filesystem::is_regular_file(status)) fail("not a regular file");

    size_ = std::filesystem::file_size(path_, error);
    if (error) fail(error.message());
    stream_.open(path_, std::ios::binary);
    if (!stream_) fail(std::generic_category().message(errno));
  }

  const std::filesystem::path& path() const { return path_; }

  /// Bytes in the file when it was opened.
  std::size_t size() const { return size_; }

  /// Fills `bytes` as far as the file goes. Returns how many were read: fewer only at its end.
  std::size_t read(std::span<std::byte> bytes) {
    stream_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (stream_.bad()) fail(std::generic_category().message(errno));
    return static_cast<std::size_t>(stream_.gcount());
  }

 private:
  [[noreturn, gnu::cold]] void fail(const std::string& reason) const {
    throw Error(detail::text("cannot read ", path_.string(), ": ", reason));
  }

  std::filesystem::path path_;
  std::size_t size_ = 0;
  std::ifstream stream_;
};

}  // namespace TWEED_NAMESPACE
