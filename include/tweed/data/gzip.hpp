#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace TWEED_NAMESPACE {

/// The content of a file, unpacked on the way if it is gzip. The file's first two bytes decide
/// that, never its name; a file that is not gzip is read as it stands. Needs zlib.
class GzipFile {
 public:
  /// Throws Error if the file cannot be opened.
  [[gnu::cold]] explicit GzipFile(const std::filesystem::path& path) : file_{path} {
    refill();
    const bool is_gzip = stream_.avail_in >= 2 && packed_[0] == 0x1f && packed_[1] == 0x8b;
    if (is_gzip) start_inflating();
  }

  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;
  ~GzipFile() {
    if (is_packed_) inflateEnd(&stream_);
  }

  /// Fills `bytes` as far as the content goes. Returns how many were read: fewer only at its end,
  /// which a gzip file reaches when its checksum has been found right. Throws Error if it is
  /// corrupt.
  std::size_t read(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto rest = bytes.subspan(done);
      const std::size_t got = is_packed_ ? inflate_into(rest) : copy_into(rest);
      if (got == 0) break;
      done += got;
    }
    position_ += static_cast<Index>(done);
    return done;
  }

  /// Bytes of content read so far.
  Index position() const { return position_; }

  /// The error to throw when the content is wrong at byte `offset`.
  [[gnu::cold]] Error error_at(Index offset, const std::string& message) const {
    return Error(detail::text(file_.path().string(), ": at byte ", offset,
                              is_packed_ ? " of the unpacked content: " : ": ", message));
  }

 private:
  [[gnu::cold]] void start_inflating() {
    constexpr int gzip_format = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_format) != Z_OK) {
      throw Error(detail::text("cannot read ", file_.path().string(), ": zlib does not start"));
    }
    is_packed_ = true;
  }

  void refill() {
    const std::size_t got = file_.read(std::as_writable_bytes(std::span{packed_}));
    packed_read_ += got;
    stream_.next_in = packed_.data();
    stream_.avail_in = static_cast<uInt>(got);
  }

  std::size_t copy_into(std::span<std::uint8_t> bytes) {
    if (stream_.avail_in == 0) refill();
    const auto count = std::min<std::size_t>(bytes.size(), stream_.avail_in);
    std::copy_n(stream_.next_in, count, bytes.data());
    stream_.next_in += count;
    stream_.avail_in -= static_cast<uInt>(count);
    return count;
  }

  /// A gzip file is one or more members, one after another; each ends with a checksum.
  std::size_t inflate_into(std::span<std::uint8_t> bytes) {
    constexpr std::size_t most_at_once = std::size_t{1} << 30;
    const auto room = static_cast<uInt>(std::min(bytes.size(), most_at_once));
    stream_.next_out = bytes.data();
    stream_.avail_out = room;
    while (stream_.avail_out == room) {
      if (stream_.avail_in == 0) refill();
      if (member_ended_) {
        if (stream_.avail_in == 0) return 0;
        inflateReset(&stream_);
        member_ended_ = false;
      }
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_BUF_ERROR) throw corrupt("the file ends in the middle of the stream");
      if (status != Z_OK && status != Z_STREAM_END) {
        throw corrupt(stream_.msg != nullptr ? stream_.msg : "invalid stream");
      }
      member_ended_ = status == Z_STREAM_END;
    }
    return room - stream_.avail_out;
  }

  [[gnu::cold]] Error corrupt(const char* reason) const {
    return Error(detail::text(file_.path().string(), ": at byte ", packed_read_ - stream_.avail_in,
                              ": corrupt gzip, ", reason));
  }

  InputFile file_;
  std::array<std::uint8_t, 1 << 16> packed_;
  std::uintmax_t packed_read_ = 0;
  z_stream stream_{};  // its next_in and avail_in serve files that are not gzip, too
  bool is_packed_ = false;
  bool member_ended_ = false;
  Index position_ = 0;
};

}  // namespace TWEED_NAMESPACE
