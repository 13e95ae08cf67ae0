#pragma once

#include <tweed/data/image_memory.hpp>

#include <csetjmp>
#include <cstdio>
// jpeglib.h uses what <cstdio> declares.
#include <jpeglib.h>

#include <jerror.h>

namespace TWEED_NAMESPACE::detail {

/// libjpeg at work on some bytes. Where one of its functions fails, it is left by longjmp: it is
/// called in `run` alone, which makes an Error of that.
class JpegDecoder {
 public:
  JpegDecoder(ImageBytes bytes, const std::string& name) : name_(name) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = [](j_common_ptr jpeg) { fail(jpeg); };
    errors_.emit_message = [](j_common_ptr jpeg, int level) {
      const bool is_warning = level < 0;
      if (is_warning && !is_harmless(*jpeg->err)) fail(jpeg);
    };
    progress_.progress_monitor = [](j_common_ptr jpeg) {
      constexpr int most_scans = 500;  // few bytes can ask for many, and each goes over all pixels
      if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > most_scans) {
        leave(jpeg, "more than 500 scans");
      }
    };
    run([&] {
      jpeg_create_decompress(&jpeg_);
      jpeg_.progress = &progress_;
      jpeg_mem_src(&jpeg_, bytes.data(), bytes.size());
    });
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() { jpeg_destroy_decompress(&jpeg_); }

  /// The image's shape, whose channels are one for grey and three for colours.
  Shape read_header() {
    run([&] { jpeg_read_header(&jpeg_, TRUE); });
    if (jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK) {
      throw Error(name_ + ": a JPEG in CMYK; expected grey or RGB, please convert it");
    }
    const bool is_grey = jpeg_.jpeg_color_space == JCS_GRAYSCALE;
    jpeg_.out_color_space = is_grey ? JCS_GRAYSCALE : JCS_RGB;
    return {Index{jpeg_.image_height}, Index{jpeg_.image_width}, is_grey ? 1 : 3};
  }

  /// Behind `read_header`, into [h,w,c].
  void read_pixels(std::uint8_t* pixels) {
    run([&] {
      jpeg_start_decompress(&jpeg_);
      const Index row_size = Index{jpeg_.output_width} * jpeg_.output_components;
      while (jpeg_.output_scanline < jpeg_.output_height) {
        JSAMPROW row = pixels + jpeg_.output_scanline * row_size;
        jpeg_read_scanlines(&jpeg_, &row, 1);
      }
      jpeg_finish_decompress(&jpeg_);
    });
  }

 private:
  /// Whether the last warning does not touch the pixels: a version of JFIF, or a few bytes that
  /// belong to nothing, which cameras leave in front of markers. More are the rest of a scan that
  /// damage has brought out of step; there as behind all other warnings pixels would be guessed.
  static bool is_harmless(const jpeg_error_mgr& warned) {
    constexpr int few_bytes = 16;
    return warned.msg_code == JWRN_JFIF_MAJOR ||
           (warned.msg_code == JWRN_EXTRANEOUS_DATA && warned.msg_parm.i[0] <= few_bytes);
  }

  [[noreturn]] static void fail(j_common_ptr jpeg) {
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    leave(jpeg, message);
  }

  [[noreturn]] static void leave(j_common_ptr jpeg, const char* why) {
    auto* const decoder = static_cast<JpegDecoder*>(jpeg->client_data);
    decoder->why_ = why;
    std::longjmp(decoder->failed_, 1);
  }

  template <class Calls>
  void run(const Calls& calls) {
    if (setjmp(failed_) != 0) throw Error(name_ + ": damaged JPEG: " + why_);
    calls();
  }

  std::string name_;
  std::string why_;
  std::jmp_buf failed_;
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
};

inline Image decode_jpeg(ImageBytes bytes, const std::string& name) {
  constexpr Index block_expansion = 512;  // a block of 8x8 bytes takes one bit at the least
  JpegDecoder jpeg(bytes, name);
  const Shape shape = jpeg.read_header();
  Image image = image_for(shape, shape.width * shape.height * 8, block_expansion, bytes, name);
  jpeg.read_pixels(image.pixels.data());
  return image;
}

}  // namespace TWEED_NAMESPACE::detail
