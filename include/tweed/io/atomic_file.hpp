#pragma once

#include <tweed/core/error.hpp>
#include <tweed/io/system_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

namespace detail {

/// Between a file's name and a number in the name of its new content.
inline constexpr std::string_view temporary_mark = ".tmp-";

/// A file's new content on its way to the disk, under a name of its own in the same folder. It is
/// removed unless it gets to replace the target.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target) : target_{target} {
    while (file_ == nullptr) {
      path_ = target;
      path_ += std::string(temporary_mark) + std::to_string(std::random_device{}());
      file_ = create_file(path_);
      if (file_ == nullptr && errno != EEXIST) fail();
    }
    keep_permissions();
  }

  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  ~TemporaryFile() {
    if (file_ != nullptr) std::fclose(file_);
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove(path_, ignored);
  }

  void write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail();
  }

  void replace_target() {
    if (std::fflush(file_) != 0 || !sync_to_disk(file_)) fail();
    if (std::fclose(std::exchange(file_, nullptr)) != 0) fail();
    if (const auto error = replace_file(path_, target_)) fail(error);
    path_.clear();
    sync_folder(target_.has_parent_path() ? target_.parent_path() : ".");
  }

 private:
  void keep_permissions() const {
    std::error_code ignored;
    const auto old = std::filesystem::status(target_, ignored);
    if (std::filesystem::exists(old)) {
      std::filesystem::permissions(path_, old.permissions(), ignored);
    }
  }

  [[noreturn]] void fail(std::error_code reason = {errno, std::generic_category()}) const {
    throw Error("cannot write " + target_.string() + ": " + reason.message());
  }

  std::filesystem::path target_;
  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
};

/// Where the bytes for `path` must go: a symbolic link stays, what it points to is written. A
/// folder or a device must not be renamed over.
inline std::filesystem::path writable_target(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status) || !path.has_filename()) {
    throw Error("cannot write " + path.string() + ": expected a file, found a directory");
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw Error("cannot write " + path.string() + ": not a regular file");
  }
  if (std::filesystem::exists(status) && !is_replaceable(status.permissions())) {
    throw Error("cannot write " + path.string() + ": it is read-only");
  }
  if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path(), error)) {
    throw Error("cannot write " + path.string() +
                ": no such folder: " + path.parent_path().string());
  }
  if (!std::filesystem::is_symlink(path, error)) return path;
  const auto target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target;
}

/// The names of all that is in a folder; none where there is no such folder. Throws Error where it
/// cannot be read.
inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    names.push_back(file->path().filename().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw Error("cannot read " + folder.string() + ": " + error.message());
  }
  return names;
}

/// The name of the file that `name` is new content for; empty if it is not of that kind.
inline std::string_view unfinished_name(std::string_view name) {
  const std::size_t mark = std::min(name.rfind(temporary_mark), name.size());
  const auto number = name.substr(std::min(mark + temporary_mark.size(), name.size()));
  const bool is_number = number.find_first_not_of("0123456789") == number.npos;
  return number.empty() || !is_number ? std::string_view{} : name.substr(0, mark);
}

}  // namespace detail

/// Writes `pieces`, one after another, as the file `path`. A kill at any moment leaves the old file
/// or the new one, whole: the bytes go to a temporary name in the same folder, to the disk, and
/// only then to their name. An old file's permissions are kept; on Windows a read-only one is
/// refused. (A kill may leave the temporary file, `path`.tmp-NUMBER: see `remove_unfinished`.)
///
/// Throws Error with the path and the system's reason if that fails; the old file is then untouched
/// and the temporary one gone.
inline void write_file_atomically(const std::filesystem::path& path,
                                  std::span<const std::span<const std::byte>> pieces) {
  detail::TemporaryFile file{detail::writable_target(path)};
  for (const auto piece : pieces) file.write(piece);
  file.replace_target();
}

/// The same for one piece.
inline void write_file_atomically(const std::filesystem::path& path,
                                  std::span<const std::byte> bytes) {
  write_file_atomically(path, std::span{&bytes, 1});
}

/// The same for text.
inline void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span{text}));
}

/// Throws Error where `write_file_atomically` would for want of a folder or permission, or because
/// something else has that name: better now than after long work. Nothing is changed.
inline void check_writable(const std::filesystem::path& path) {
  const detail::TemporaryFile probe{detail::writable_target(path)};
}

/// Removes what kills have left in `folder`: the temporary files of those whose names `is_ours`
/// says are. No other process may be writing them.
template <class IsOurs>
void remove_unfinished(const std::filesystem::path& folder, const IsOurs& is_ours) {
  for (const std::string& name : detail::names_in(folder)) {
    const std::string_view target = detail::unfinished_name(name);
    std::error_code ignored;  // What stays behind is in nobody's way.
    if (!target.empty() && is_ours(target)) std::filesystem::remove(folder / name, ignored);
  }
}

}  // namespace TWEED_NAMESPACE
