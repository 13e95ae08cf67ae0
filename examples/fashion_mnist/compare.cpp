#include "commands.hpp"
#include "compare_page.hpp"
#include "format.hpp"
#include "history_file.hpp"
#include "output_files.hpp"

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>

namespace fashion_mnist {

namespace {

using Json = nlohmann::json;

Json read_json(const std::filesystem::path& path) {
  const tweed::InputFile can_be_read{path};
  std::ifstream file{path, std::ios::binary};
  Json json = Json::parse(file, nullptr, false);
  if (!json.is_object()) throw tweed::Error(path.string() + ": expected a JSON object");
  return json;
}

double number_of(const Json& json, const char* key, const std::filesystem::path& path) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) {
    throw tweed::Error(path.string() + ": expected a number \"" + key + "\", as train writes it");
  }
  return found->get<double>();
}

/// Null is no number.
std::optional<double> optional_number_of(const Json& json, const char* key,
                                         const std::filesystem::path& path) {
  const auto found = json.find(key);
  if (found != json.end() && found->is_null()) return {};
  return number_of(json, key, path);
}

std::string text_of(const Json& json, const char* key, const std::filesystem::path& path) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) {
    throw tweed::Error(path.string() + ": expected a text \"" + key + "\", as train writes it");
  }
  return found->get<std::string>();
}

ComparedRun read_run(const std::filesystem::path& folder) {
  const auto path = folder / "metrics.json";
  const Json json = read_json(path);
  const auto number = [&](const char* key) { return number_of(json, key, path); };
  return {.name = folder.string(),
          .accuracy = number("test_accuracy"),
          .loss = number("test_loss"),
          .steps = number("steps"),
          .batch_size = number("batch_size"),
          .learning_rate = number("learning_rate"),
          .seed = number("seed"),
          .seconds = optional_number_of(json, "train_seconds", path),
          .milliseconds = optional_number_of(json, "ms_per_step_median", path),
          .optimizer = text_of(json, "optimizer", path),
          .history = read_history(folder / "history.csv")};
}

void print_table(const std::vector<ComparedRun>& runs) {
  std::size_t width = 3;
  for (const ComparedRun& run : runs) width = std::max(width, run.name.size());
  const std::vector<std::string> names = compared_columns();
  std::cout << align_left("run", static_cast<int>(width));
  for (const std::string& name : names) std::cout << "  " << align_right(name, 9);
  std::cout << '\n';
  for (const ComparedRun& run : runs) {
    std::cout << align_left(run.name, static_cast<int>(width));
    for (const std::string& value : compared_values(run)) {
      std::cout << "  " << align_right(value, 9);
    }
    std::cout << '\n';
  }
}

}  // namespace

void run(const Compare& command) {
  std::vector<ComparedRun> runs;
  for (const auto& folder : command.runs) runs.push_back(read_run(folder));
  print_table(runs);
  if (command.out.has_parent_path()) create_folder(command.out.parent_path());
  write_compare_page(command.out, runs);
  std::cout << "\nWrote " << command.out.string() << '\n';
}

}  // namespace fashion_mnist
