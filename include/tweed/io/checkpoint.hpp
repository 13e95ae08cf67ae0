#pragma once

#include <tweed/io/checksum.hpp>
#include <tweed/io/model_file.hpp>
#include <tweed/io/training_settings.hpp>
#include <tweed/training/history.hpp>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#ifndef TWEED_COMPILED
#include <tweed/io/training_settings_json.hpp>
#endif

namespace TWEED_NAMESPACE {

struct LoadCheckpointOptions {
  /// Whether the checkpoint may be of images of another height and width. It fits where no layer's
  /// parameters depend on them.
  bool any_image_size = false;
};

namespace detail {

inline constexpr const char* checkpoint_format = "tweed checkpoint";
inline constexpr const char* checkpoint_version = "2";
inline constexpr const char* settings_key = "settings";

/// The history as arrays, which is how a file holds it.
struct HistoryColumns {
  std::vector<double> loss, accuracy, learning_rate;
  std::vector<std::int64_t> validation_step;
  std::vector<double> validation_loss, validation_accuracy;

  HistoryColumns() = default;
  [[gnu::cold]] explicit HistoryColumns(const History& history) {
    for (const StepRecord& step : history.steps) {
      loss.push_back(step.loss);
      accuracy.push_back(step.accuracy);
      learning_rate.push_back(step.learning_rate);
    }
    for (const ValidationRecord& validation : history.validations) {
      validation_step.push_back(validation.step);
      validation_loss.push_back(validation.loss);
      validation_accuracy.push_back(validation.accuracy);
    }
  }

  /// Shows `visit(name, array)` each.
  template <class Self, class Visit>
  static void visit(Self& self, const Visit& visit) {
    visit("history.loss", self.loss);
    visit("history.accuracy", self.accuracy);
    visit("history.learning_rate", self.learning_rate);
    visit("history.validation_step", self.validation_step);
    visit("history.validation_loss", self.validation_loss);
    visit("history.validation_accuracy", self.validation_accuracy);
  }

  [[gnu::cold]] History history() const {
    History result;
    for (std::size_t i = 0; i < loss.size(); ++i) {
      result.steps.push_back({loss[i], accuracy[i], learning_rate[i]});
    }
    for (std::size_t i = 0; i < validation_step.size(); ++i) {
      result.validations.push_back(
          {validation_step[i], validation_loss[i], validation_accuracy[i]});
    }
    return result;
  }
};

/// A checkpoint that was read and found whole; whether it fits a training is another question.
class CheckpointFile {
 public:
  /// Throws DamagedFile where the file is not as it was written, and Error where it is not of this
  /// format and version, larger than `longest` bytes, or cannot be read.
  [[gnu::cold]] CheckpointFile(const std::filesystem::path& path, std::uintmax_t longest)
      : path_(path), file_(read(path, longest)) {
    expect("format", checkpoint_format);
    expect("format_version", checkpoint_version);
  }

  const std::filesystem::path& path() const { return path_; }
  const SafetensorsFile& content() const { return file_; }

  [[gnu::cold]] const std::string& text(const std::string& key) const {
    const auto found = file_.metadata().find(key);
    if (found == file_.metadata().end()) fail(in_quotes(key) + " is missing");
    return found->second;
  }

  [[gnu::cold]] void expect(const std::string& key, const std::string& value) const {
    if (text(key) != value) {
      fail("expected " + key + ' ' + in_quotes(value) + ", found " + in_quotes(text(key)));
    }
  }

  /// Throws Error, which names the first difference, unless the training that wrote the checkpoint
  /// had the settings `expected`; heights and widths of images may be left out of account.
  [[gnu::cold]] void expect_settings(const std::string& expected, bool any_image_size) const {
    const std::string& found = text(settings_key);
    if (found == expected) return;
    const std::string where = path_.string() + ": metadata " + in_quotes(settings_key);
    const auto difference = settings_difference(where, expected, found, any_image_size);
    if (!difference.empty()) fail("it is of another training: " + difference);
  }

  /// In [0, most].
  [[gnu::cold]] Index number(const std::string& key, Index most) const {
    const std::string& digits = text(key);
    Index value = -1;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || rest != end || value < 0 || value > most) {
      fail("expected " + key + " from 0 to " + std::to_string(most) + ", found " +
           in_quotes(digits));
    }
    return value;
  }

  /// The values of an array of doubles or whole numbers.
  template <class T>
  [[gnu::cold]] std::vector<T> values(const std::string& name) const {
    const TensorView* const found = file_.find(name);
    const char* const dtype = std::is_same_v<T, double> ? "F64" : "I64";
    if (found == nullptr || found->dtype != dtype || found->dims.size() != 1) {
      fail("expected an array " + in_quotes(name) + " of type " + dtype);
    }
    std::vector<T> values(found->bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), found->bytes.data(), found->bytes.size());
    return values;
  }

  [[gnu::cold]] History history(Index steps) const {
    HistoryColumns columns;
    HistoryColumns::visit(columns, [&](const char* name, auto& column) {
      column = values<typename std::remove_cvref_t<decltype(column)>::value_type>(name);
    });
    const auto expect_size = [&](const auto& column, std::size_t size, const char* what) {
      if (column.size() != size) fail(std::string("its history has another number of ") + what);
    };
    const auto count = static_cast<std::size_t>(steps);
    for (const auto* column : {&columns.loss, &columns.accuracy, &columns.learning_rate}) {
      expect_size(*column, count, "steps");
    }
    const auto& at = columns.validation_step;
    for (const auto* column : {&columns.validation_loss, &columns.validation_accuracy}) {
      expect_size(*column, at.size(), "validations");
    }
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (at[i] <= (i == 0 ? 0 : at[i - 1]) || at[i] > steps) {
        fail("its history has a validation at a wrong step");
      }
    }
    return columns.history();
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(path_.string() + ": " + what);
  }

 private:
  [[gnu::cold]] static SafetensorsFile read(const std::filesystem::path& path,
                                            std::uintmax_t longest) {
    verify_checksum(path);
    if (const auto size = InputFile(path).size(); size > longest) {
      throw Error(path.string() + ": it is of another training: expected at most " +
                  std::to_string(longest) + " bytes, found " + std::to_string(size));
    }
    return read_safetensors(path);
  }

  std::filesystem::path path_;
  SafetensorsFile file_;
};

/// More bytes than any checkpoint of this training has, with all that metadata may need.
template <class Training>
[[gnu::cold]] std::uintmax_t longest_checkpoint(Training& training) {
  constexpr std::uintmax_t for_header = 16'000'000;
  const auto steps = static_cast<std::uintmax_t>(training.steps());
  std::uintmax_t bytes = for_header + 48 * (steps + 1);
  for (const auto& tensor : training.state().tensors) bytes += tensor.values.size_bytes();
  return bytes;
}

/// Puts the state in the file back. Throws Error, with the training as it was, unless it fits.
template <class Training>
[[gnu::cold]] void apply_checkpoint(Training& training, const CheckpointFile& file,
                                    const LoadCheckpointOptions& options) {
  file.expect_settings(settings_text(training_settings(training)), options.any_image_size);
  const Index step = file.number("step", training.steps());
  const bool stopped = file.number("stopped", 1) == 1;
  History history = file.history(step);

  const auto state = training.state();
  std::vector<Index> numbers;
  for (const auto& [name, place] : state.numbers) {
    numbers.push_back(file.number(name, std::numeric_limits<Index>::max()));
  }
  std::vector<const TensorView*> found;
  for (const auto& tensor : state.tensors) {
    found.push_back(&matching_tensor(file.path(), file.content(), tensor));
  }
  constexpr std::size_t others = 7;  // six arrays of the history, and the checksum
  if (file.content().tensors().size() != found.size() + others) {
    file.fail("it has tensors that this training does not know");
  }

  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i]->bytes.empty()) continue;
    std::memcpy(state.tensors[i].values.data(), found[i]->bytes.data(), found[i]->bytes.size());
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) *state.numbers[i].second = numbers[i];
  training.resume(std::move(history), stopped);
}

}  // namespace detail

/// Writes all that a `Training` needs to go on from where it is, atomically: weights, the
/// optimiser's state, the best weights, the history, and what they belong to: network, loss,
/// optimiser and options, with their settings. It is a safetensors
/// file; a checksum of all before them are its last four bytes. The same state gives the same
/// bytes. `metadata` may hold anything else. Throws Error if the file cannot be written.
template <class Training>
[[gnu::cold]] void save_checkpoint(Training& training, const std::filesystem::path& path,
                                   SafetensorsFile::Metadata metadata = {}) {
  const auto state = training.state();
  metadata["format"] = detail::checkpoint_format;
  metadata["format_version"] = detail::checkpoint_version;
  metadata["step"] = std::to_string(training.steps_done());
  metadata["stopped"] = training.stopped() ? "1" : "0";
  metadata[detail::settings_key] = detail::settings_text(detail::training_settings(training));
  for (const auto& [name, place] : state.numbers) metadata[name] = std::to_string(*place);

  // The history comes first: its values are wider, and begin at multiples of their size.
  const detail::HistoryColumns columns(training.history());
  std::vector<TensorView> views;
  detail::HistoryColumns::visit(columns, [&](const char* name, const auto& column) {
    using Value = typename std::remove_cvref_t<decltype(column)>::value_type;
    views.push_back({name,
                     {std::ssize(column)},
                     std::is_same_v<Value, double> ? "F64" : "I64",
                     std::as_bytes(std::span(column))});
  });
  for (const auto& tensor : state.tensors) {
    views.push_back({tensor.name, tensor.dims, std::string(detail::dtype_of(tensor)),
                     std::as_bytes(tensor.values)});
  }
  std::uint32_t checksum = 0;
  views.push_back({"checksum", {1}, "U32", std::as_bytes(std::span{&checksum, 1})});

  const std::string header = detail::safetensors_header_text(path, views, metadata);
  const std::uint64_t prefix = header.size();
  std::vector<std::span<const std::byte>> pieces{std::as_bytes(std::span{&prefix, 1}),
                                                 std::as_bytes(std::span{header})};
  for (const TensorView& view : views) pieces.push_back(view.bytes);
  for (const auto piece : std::span(pieces).first(pieces.size() - 1)) {
    checksum = detail::crc32_of(piece, checksum);
  }
  write_file_atomically(path, pieces);
}

/// Puts back what `save_checkpoint` wrote, into a training of the same network, loss, optimiser,
/// number of samples, batch size, clip norm and seed, and returns the file's metadata. Throws Error
/// if the file is damaged or belongs to another training, naming the first difference; this one is
/// then unchanged.
template <class Training>
SafetensorsFile::Metadata load_checkpoint(Training& training, const std::filesystem::path& path,
                                          const LoadCheckpointOptions& options = {}) {
  const detail::CheckpointFile file(path, detail::longest_checkpoint(training));
  detail::apply_checkpoint(training, file, options);
  return file.content().metadata();
}

}  // namespace TWEED_NAMESPACE
