/// seeds FOLDER: files to begin with for each fuzz target, FOLDER/<target>/seed...

#include "train_options.hpp"

#include <tweed/data/image_file.hpp>
#include <tweed/io/checkpoint.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/reporting/history_file.hpp>
#include <fuzz/checkpoint.hpp>
#include <support/idx_bytes.hpp>
#include <support/image_bytes.hpp>
#include <support/temporary_directory.hpp>

#include <cstring>

using namespace tweed;

namespace {

using Fuzzed = Sequential<Input<4, 4, 1>, Conv2D<2, 3>, ReLU, MaxPool<2>, Flatten, Dense<3>>;
using AllLayers = Sequential<Input<6, 5, 2>, DepthwiseConv2D<2, Multiplier{2}>, Dropout<0.5>,
                             Conv2D<4, 3, Groups{2}, Dilation{2}>, MaxPool<2>, Flatten, Dense<2>>;

/// The seeds of a target.
class Seeds {
 public:
  Seeds(const std::filesystem::path& folder, const std::string& target) : folder_(folder / target) {
    std::filesystem::create_directories(folder_);
  }

  void add(std::string_view bytes) { tests::write_file(next(), bytes); }
  void add(const std::vector<std::uint8_t>& bytes) {
    add(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }

  /// What `write` writes to a path.
  template <class Write>
  std::string add_written(const Write& write) {
    const auto path = next();
    write(path);
    return tests::read_file(path);
  }

 private:
  std::filesystem::path next() { return folder_ / ("seed_" + std::to_string(++count_)); }

  std::filesystem::path folder_;
  int count_ = 0;
};

void write_models(const std::filesystem::path& folder) {
  Seeds files(folder, "model_file_fuzz");
  Seeds headers(folder, "safetensors_header_fuzz");
  Seeds metadata(folder, "metadata_fuzz");
  const auto write = [&](const auto& model) {
    const ModelInfo info{.preprocessing = Preprocessing{.scale = 0.5}, .notes = {{"a", "b"}}};
    const auto bytes = files.add_written([&](const auto& path) { save_model(model, path, info); });
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    headers.add("\2" + bytes.substr(sizeof length, length));
    metadata.add(architecture_of(model).value());
  };
  write(Model<Fuzzed>{1});
  write(Model<AllLayers>{1});
  metadata.add(R"({"scale":0.5})");
  metadata.add(R"(["a","b"])");
}

/// Without their checksums.
void write_checkpoints(const std::filesystem::path& folder) {
  Seeds seeds(folder, "checkpoint_fuzz");
  fuzz::Checkpointed run;
  const tests::TemporaryDirectory temporary;
  for (const Index steps : {0, 4, 7}) {
    while (run.training.steps_done() < steps) run.training.step();
    save_checkpoint(run.training, temporary / "checkpoint", {{"a", "b"}});
    const auto bytes = tests::read_file(temporary / "checkpoint");
    seeds.add(bytes.substr(0, bytes.size() - detail::checksum_bytes));
  }
}

void write_data(const std::filesystem::path& folder) {
  Seeds idx(folder, "idx_fuzz");
  const std::string plain = tests::idx_header({2, 3}) + "abcdef";
  idx.add(plain);
  idx.add(tests::gzip(plain));
  idx.add(tests::gzip(plain.substr(0, 5)) + tests::gzip(plain.substr(5)));

  Seeds csv(folder, "csv_fuzz");
  csv.add("a,b,y\n1,2.5,0\n-3e2,4,1\n");
  csv.add("sep=;\r\na;\"b;c\";y\r\n+1;1e-50;2.0\r\n3;4;-1\r\n");
  csv.add("\xEF\xBB\xBF\"a\", \"b,\"\"c\" ,y\r\n\r\n1,2,\"0\"\r\n");

  Seeds images(folder, "image_file_fuzz");
  for (const Index channels : {1, 3}) {
    Image image{{5, 7, channels}, {}};
    for (Index i = 0; i < image.shape.size(); ++i) {
      image.pixels.push_back(static_cast<std::uint8_t>(i * i));
    }
    images.add(encode_png(image));
    images.add(tests::encode_jpeg(image, {.halved_colours = true, .restart_interval = 1}));
    images.add(tests::encode_jpeg(image, {.progressive = true, .halved_colours = true}));
  }
  images.add(tests::encode_png_as<std::uint16_t>(PNG_FORMAT_LINEAR_Y, 1, 3, {0, 65535, 13933}));
  images.add(tests::encode_png_as<std::uint8_t>(PNG_FORMAT_RGB_COLORMAP, 1, 2, {1, 0},
                                                {10, 20, 30, 200, 100, 0}));
  images.add(
      tests::encode_png_as<std::uint8_t>(PNG_FORMAT_RGBA, 1, 2, {9, 9, 9, 0, 10, 20, 30, 255}));
}

void write_runs(const std::filesystem::path& folder) {
  Seeds configs(folder, "config_file_fuzz");
  fashion_mnist::Train train;
  configs.add(fashion_mnist::config_text(train));
  train.epochs = 3;
  train.augment = {"shift"};
  train.early_stopping = 2;
  train.threads = 1;
  train.data = "data";
  configs.add(fashion_mnist::config_text(train));
  train.network = "residual";
  train.optimizer = "muon";
  train.weight_decay = 0.1;
  train.decay_of = "kernels";
  configs.add(fashion_mnist::config_text(train));

  Seeds histories(folder, "history_file_fuzz");
  fuzz::Checkpointed run;
  run.training.run();
  histories.add_written([&](const auto& path) { write_history(path, run.training.history()); });
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw Error("expected a folder");
  write_models(argv[1]);
  write_checkpoints(argv[1]);
  write_data(argv[1]);
  write_runs(argv[1]);
} catch (const Error& error) {
  std::fputs(error.what(), stderr);
  return 1;
}
