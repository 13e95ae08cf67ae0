#pragma once

#include <tweed/core/namespace.hpp>

#include <cstdio>
#include <filesystem>
#include <system_error>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>

#include <chrono>
#include <thread>
#elif defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <unistd.h>
#endif

/// What it takes to write a file safely and the standard library does not have:
/// - `create_file`: a new file, open for writing; null, with `errno` set, where that cannot be or
///   the path is taken
/// - `sync_to_disk`: whether all that was flushed is on the disk
/// - `sync_folder`: lets the names in a folder reach the disk, too. Best effort: some file systems
///   cannot, and the files are whole already.
/// - `is_replaceable`: whether a file with these permissions may be replaced, as far as it decides
/// - `replace_file`: moves `from` to `to`, at once, whether that is there or not
namespace TWEED_NAMESPACE::detail {

#ifdef _WIN32

inline std::FILE* create_file(const std::filesystem::path& path) {
  const int descriptor =
      ::_wopen(path.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY | _O_NOINHERIT,
               _S_IREAD | _S_IWRITE);
  return descriptor < 0 ? nullptr : ::_fdopen(descriptor, "wb");
}

inline bool sync_to_disk(std::FILE* file) { return ::_commit(::_fileno(file)) == 0; }
inline void sync_folder(const std::filesystem::path&) {}

inline bool is_replaceable(std::filesystem::perms permissions) {
  return (permissions & std::filesystem::perms::owner_write) != std::filesystem::perms::none;
}

/// Windows refuses while another thread or program has the old file in its hands, which passes.
inline std::error_code replace_file(const std::filesystem::path& from,
                                    const std::filesystem::path& to) {
  std::error_code error;
  for (int tries = 0; tries < 100; ++tries) {
    std::filesystem::rename(from, to, error);
    if (error != std::errc::permission_denied) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return error;
}

#else

inline std::FILE* create_file(const std::filesystem::path& path) {
  return std::fopen(path.c_str(), "wbx");
}

#if defined(__unix__) || defined(__APPLE__)

inline bool sync_to_disk(std::FILE* file) { return ::fsync(fileno(file)) == 0; }

inline void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

#else

inline bool sync_to_disk(std::FILE*) { return true; }
inline void sync_folder(const std::filesystem::path&) {}

#endif

/// The folder alone decides.
inline bool is_replaceable(std::filesystem::perms) { return true; }

inline std::error_code replace_file(const std::filesystem::path& from,
                                    const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  return error;
}

#endif

}  // namespace TWEED_NAMESPACE::detail
