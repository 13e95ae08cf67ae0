#pragma once

#include <tweed/data/dataset.hpp>
#include <tweed/data/image.hpp>
#include <tweed/data/image_file.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tweed::detail {

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

/// An image with that many channels: grey is grey in all of them.
inline Image with_channels(const Image& image, Index channels) {
  if (channels == image.shape.channels) return image;
  if (channels == 1) return to_grey(image);
  Image colour{{image.shape.height, image.shape.width, channels}, {}};
  colour.pixels.reserve(static_cast<std::size_t>(colour.shape.size()));
  for (const std::uint8_t value : image.pixels) colour.pixels.insert(colour.pixels.end(), 3, value);
  return colour;
}

}  // namespace tweed::detail

namespace tweed::datasets {

/// Images by class: each folder in `folder` is a class of its name, and holds its PNG and JPEG
/// files. Classes and files come in the order of their names; all images are brought to `shape`, of
/// one channel (grey) or three (colour), without regard to their proportions. For a second folder
/// of the same kind give the first one's `class_names`.
///
/// Throws Error, naming the file or folder, for what is no image or no class, a class without
/// images, or no classes at all.
inline Dataset<> image_folder(const std::filesystem::path& folder, const Shape& shape,
                              std::vector<std::string> class_names = {}) {
  if (shape.height < 1 || shape.width < 1 || (shape.channels != 1 && shape.channels != 3)) {
    throw Error("image_folder: images of " + to_string(shape) +
                ", expected one channel or three, and pixels");
  }
  const auto classes = tweed::detail::entries_of(folder, true);
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
    const auto files = tweed::detail::entries_of(path, false);
    if (files.empty()) throw Error(path.string() + ": expected images, found none");
    for (const auto& file : files) {
      const Image image = resize(tweed::detail::with_channels(read_image(file), shape.channels),
                                 shape.height, shape.width);
      data.images.insert(data.images.end(), image.pixels.begin(), image.pixels.end());
      data.labels.push_back(static_cast<Label>(found - data.class_names.begin()));
    }
  }
  return data;
}

}  // namespace tweed::datasets
