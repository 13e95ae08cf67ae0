#pragma once

#include <tweed/data/dataset.hpp>
#include <tweed/data/image.hpp>
#include <tweed/data/image_file.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// What is in a folder, by name: folders or files, without what is hidden.
inline std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder,
                                                     bool folders) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const bool is_hidden = entry->path().filename().string().starts_with('.');
    std::error_code ignored;
    if (!is_hidden && entry->is_directory(ignored) == folders) entries.push_back(entry->path());
  }
  if (error) throw Error("cannot read the folder " + folder.string() + ": " + error.message());
  std::ranges::sort(entries);
  return entries;
}

/// Adds the files in `folder`, by name, and then those in its folders; each folder once, however
/// many links lead to it.
inline void add_files(const std::filesystem::path& folder, std::set<std::filesystem::path>& seen,
                      std::vector<std::filesystem::path>& files) {
  std::error_code error;
  const auto place = std::filesystem::canonical(folder, error);
  if (error) throw Error("cannot read the folder " + folder.string() + ": " + error.message());
  if (!seen.insert(place).second) return;
  std::ranges::move(entries_of(folder, false), std::back_inserter(files));
  for (const auto& inner : entries_of(folder, true)) add_files(inner, seen, files);
}

inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> seen;
  std::vector<std::filesystem::path> files;
  add_files(folder, seen, files);
  return files;
}

/// An image with that many channels: grey is grey in all of them.
inline Image with_channels(const Image& image, Index channels) {
  if (channels == image.shape.channels) return image;
  if (channels == 1) return to_grey(image);
  Image colour{{image.shape.height, image.shape.width, channels}, {}};
  colour.pixels.reserve(static_cast<std::size_t>(colour.shape.size()));
  for (const std::uint8_t value : image.pixels) colour.pixels.insert(colour.pixels.end(), 3, value);
  return colour;
}

inline void check_folder_shape(const Shape& shape) {
  if (shape.height < 1 || shape.width < 1 || shape.height > most_image_pixels / shape.width ||
      (shape.channels != 1 && shape.channels != 3)) {
    throw Error(text("image_folder: images of ", to_string(shape),
                     ", expected one channel or three, and 1 to ", most_image_pixels, " pixels"));
  }
}

/// See `image_folder`. `on_error(file, error)` is called, in the handler, for a file that cannot be
/// read.
template <class OnError>
Dataset<> read_image_folder(const std::filesystem::path& folder, const Shape& shape,
                            std::vector<std::string> class_names, const OnError& on_error) {
  check_folder_shape(shape);
  const auto classes = entries_of(folder, true);
  if (classes.empty()) {
    throw Error(folder.string() + ": expected a folder for each class, found none");
  }
  if (class_names.empty()) {
    for (const auto& path : classes) class_names.push_back(path.filename().string());
  }
  Dataset<> data{shape, {}, {}, std::move(class_names)};
  for (const auto& path : classes) {
    const auto found = std::ranges::find(data.class_names, path.filename().string());
    if (found == data.class_names.end()) throw Error(path.string() + ": no class of that name");
    const auto files = files_below(path);
    if (files.empty()) throw Error(path.string() + ": expected images, found none");
    const Index before = data.size();
    for (const auto& file : files) {
      try {
        const Image image =
            resize(with_channels(read_image(file), shape.channels), shape.height, shape.width);
        data.images.insert(data.images.end(), image.pixels.begin(), image.pixels.end());
        data.labels.push_back(static_cast<Label>(found - data.class_names.begin()));
      } catch (const Error& error) {
        on_error(file, error);
      }
    }
    if (data.size() == before) {
      throw Error(path.string() + ": expected images, found none that can be read");
    }
  }
  return data;
}

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE::datasets {

/// Images by class: each folder in `folder` is a class of its name, and holds its PNG and JPEG
/// files, in folders of its own if wanted. Classes and files come in the order of their names, a
/// folder's own files before those deeper down; a folder that links lead to more than once is read
/// once for a class. What is hidden, with a dot in front of its name, is left out. All images are
/// brought to `shape`, of one channel (grey) or three (colour), without regard to their
/// proportions. For a second folder of the same kind give the first one's `class_names`.
///
/// Throws Error, naming the file or folder, for what is no image, damaged or no class, a class
/// without images, or no classes at all.
inline Dataset<> image_folder(const std::filesystem::path& folder, const Shape& shape,
                              std::vector<std::string> class_names = {}) {
  return tweed::detail::read_image_folder(folder, shape, std::move(class_names),
                                          [](const auto&, const Error&) { throw; });
}

/// A file that was left out.
struct SkippedFile {
  std::filesystem::path path;
  std::string why;  ///< the message of its Error, in one line, which names it
};

struct ReadableImages {
  Dataset<> images;
  std::vector<SkippedFile> skipped;
};

/// As `image_folder`, but a file that is no image, damaged or cannot be read is skipped, and comes
/// back with the reason. Throws Error for the rest, such as a class without an image that can be
/// read.
///
///     const auto [images, skipped] = datasets::readable_images("animals", {32, 32, 3});
///     for (const auto& file : skipped) std::cerr << file.why << '\n';
inline ReadableImages readable_images(const std::filesystem::path& folder, const Shape& shape,
                                      std::vector<std::string> class_names = {}) {
  std::vector<SkippedFile> skipped;
  auto images =
      tweed::detail::read_image_folder(folder, shape, std::move(class_names),
                                       [&](const std::filesystem::path& path, const Error& error) {
                                         skipped.push_back({path, error.what()});
                                       });
  return {std::move(images), std::move(skipped)};
}

}  // namespace TWEED_NAMESPACE::datasets
