/// seeds FOLDER: a file to begin with for each fuzz target, FOLDER/<target>/seed...

#include <tweed/io/model_file.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/max_pool.hpp>

#include <cstring>
#include <fstream>
#include <sstream>

using namespace tweed;

namespace {

using Fuzzed = Sequential<Input<4, 4, 1>, Conv2D<2, 3>, ReLU, MaxPool<2>, Flatten, Dense<3>>;
using AllLayers = Sequential<Input<6, 5, 2>, DepthwiseConv2D<2, Multiplier{2}>, Dropout<0.5>,
                             Conv2D<4, 3, Groups{2}, Dilation{2}>, MaxPool<2>, Flatten, Dense<2>>;

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

template <class Net>
void write_seeds(const std::filesystem::path& folder, const std::string& name) {
  const auto path = folder / "model_file_fuzz" / name;
  std::filesystem::create_directories(path.parent_path());
  const Model<Net> model{1};
  save_model(model, path, {.preprocessing = Preprocessing{.scale = 0.5}, .notes = {{"a", "b"}}});
  std::stringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.str().data(), sizeof length);
  write(folder / "safetensors_header_fuzz" / name, "\2" + bytes.str().substr(8, length));
  write(folder / "metadata_fuzz" / name, architecture_of(model).value());
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw Error("expected a folder");
  const std::filesystem::path folder = argv[1];
  write_seeds<Fuzzed>(folder, "seed_1");
  write_seeds<AllLayers>(folder, "seed_2");
  write(folder / "metadata_fuzz" / "seed_3", R"({"scale":0.5})");
  write(folder / "metadata_fuzz" / "seed_4", R"(["a","b"])");
  write(folder / "idx_fuzz" / "seed_1", std::string("\0\0\x08\x02\0\0\0\2\0\0\0\3abcdef", 18));
} catch (const Error& error) {
  std::fputs(error.what(), stderr);
  return 1;
}
