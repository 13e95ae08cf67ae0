/// The reference network in dlib: measures training or inference, prints a line of JSON.
///
/// What dlib does differently:
///  - Its dropout does not scale what it keeps. The trained network scales instead, with layers of
///    dlib that take the place of the dropout.
///  - Its convolutions have initial weights from a wider distribution; they are narrowed to
///  Glorot's.
///  - Only its matrix products use more than one thread, those of the BLAS that it is linked with.
///  - The layout is nchw, and there is no other.

#include <tweed/data/fashion_mnist.hpp>

#include <CLI/CLI.hpp>
#include <dlib/dnn.h>
#include <dlib/revision.h>
#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
using Images = tweed::Dataset<>;

constexpr std::size_t batch_size = 100;
constexpr std::size_t test_batch = 500;
constexpr double learning_rate = 0.001;
constexpr long side = 28;

// As in common.py.
constexpr std::size_t warm_up_steps = 5;
constexpr int inference_warm_up = 3;
constexpr int inference_runs = 5;
constexpr double inference_run_seconds = 0.2;

struct Options {
  std::string mode = "train";
  int threads = 1;
  std::size_t steps = 1500;
  unsigned seed = 0;
  std::string data = "/usr/share/datasets/fashion-mnist";
  std::string layout = "nchw";
  bool no_test = false;
};

// ---- the network

template <int percent>
struct DropoutOf : dlib::dropout_ {
  DropoutOf() : dlib::dropout_(percent / 100.0f) {}
};

template <int percent, typename Below>
using Dropping = dlib::add_layer<DropoutOf<percent>, Below>;

template <int, typename Below>
using Scaling = dlib::multiply<Below>;

template <long filters, typename Below>
using Convolution = dlib::relu<dlib::con<filters, 5, 5, 1, 1, Below>>;

template <typename Below>
using Pool = dlib::max_pool<2, 2, 2, 2, Below>;

// Reads from the end: dlib names the last layer first.
template <template <int, typename> class Dropout>
using Network = dlib::loss_multiclass_log<dlib::fc<
    10,
    Dropout<
        40,
        dlib::relu<dlib::fc<
            1024,
            Dropout<25, Pool<Convolution<
                            128, Dropout<25, Pool<Convolution<
                                                 64, Pool<Convolution<32, dlib::input<dlib::matrix<
                                                                              float>>>>>>>>>>>>>>>;

using TrainingNetwork = Network<Dropping>;
using TrainedNetwork = Network<Scaling>;

/// dlib divides by the inputs and the filters of a convolution, Glorot by the inputs and outputs.
template <typename Layer>
void narrow_to_glorot(Layer& convolution, double channels, double filters) {
  constexpr double window = 5 * 5;
  const double inputs = window * channels;
  convolution.layer_details().get_layer_params() *=
      static_cast<float>(std::sqrt((inputs + filters) / (inputs + window * filters)));
}

TrainingNetwork make_network(unsigned seed) {
  std::srand(seed);  // where dlib's layers take their seeds from
  TrainingNetwork network;
  // dlib makes the weights when it sees the first image.
  dlib::matrix<float> image = dlib::zeros_matrix<float>(side, side);
  dlib::resizable_tensor pixels;
  network.to_tensor(&image, &image + 1, pixels);
  network.subnet().forward(pixels);
  narrow_to_glorot(dlib::layer<15>(network), 1, 32);
  narrow_to_glorot(dlib::layer<12>(network), 32, 64);
  narrow_to_glorot(dlib::layer<8>(network), 64, 128);
  return network;
}

// ---- batches

/// Pixels in [0, 1], labels beside them.
struct Batch {
  dlib::resizable_tensor pixels;
  std::vector<unsigned long> labels;
};

template <typename Index>
void fill(Batch& batch, const Images& from, const Index* chosen, std::size_t count) {
  constexpr std::size_t pixels = side * side;
  batch.pixels.set_size(static_cast<long>(count), 1, side, side);
  batch.labels.resize(count);
  float* to = batch.pixels.host_write_only();
  for (std::size_t i = 0; i < count; ++i) {
    const auto* image = from.images.data() + chosen[i] * pixels;
    to = std::transform(image, image + pixels, to, [](auto byte) { return byte / 255.0f; });
    batch.labels[i] = from.labels[chosen[i]];
  }
}

/// Batch after batch, shuffled anew each epoch.
class Shuffled {
 public:
  Shuffled(const Images& images, unsigned seed) : images_{images}, random_{seed} {
    order_.resize(images.labels.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }

  const Batch& next() {
    if (position_ == 0) std::shuffle(order_.begin(), order_.end(), random_);
    fill(batch_, images_, order_.data() + position_, batch_size);
    position_ += batch_size;
    if (position_ + batch_size > order_.size()) position_ = 0;
    return batch_;
  }

 private:
  const Images& images_;
  std::mt19937 random_;
  std::vector<std::size_t> order_;
  std::size_t position_ = 0;
  Batch batch_;
};

// ---- measuring

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double rounded(double number, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(number * scale) / scale;
}

double median(std::vector<double> numbers) {
  std::ranges::sort(numbers);
  const std::size_t middle = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
}

std::vector<double> step_seconds(TrainingNetwork& network, const Images& images,
                                 const Options& options) {
  std::vector<dlib::adam> adam(TrainingNetwork::num_computational_layers,
                               dlib::adam(0, 0.9f, 0.999f));
  Shuffled batches(images, options.seed);
  std::vector<double> seconds;
  for (std::size_t step = 1; step <= options.steps; ++step) {
    const auto begin = Clock::now();
    const Batch& batch = batches.next();
    const double loss = network.compute_parameter_gradients(batch.pixels, batch.labels.begin());
    if (!std::isfinite(loss)) {
      throw std::runtime_error("the loss is not finite at step " + std::to_string(step));
    }
    network.update_parameters(adam, learning_rate);
    seconds.push_back(seconds_since(begin));
  }
  return seconds;
}

double test_accuracy(TrainedNetwork& network, const Images& images) {
  std::vector<std::size_t> order(images.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::size_t right = 0;
  Batch batch;
  std::vector<unsigned long> classes(test_batch);
  for (std::size_t begin = 0; begin < order.size(); begin += test_batch) {
    const std::size_t count = std::min(test_batch, order.size() - begin);
    fill(batch, images, order.data() + begin, count);
    network(batch.pixels, classes.begin());
    for (std::size_t i = 0; i < count; ++i) right += classes[i] == batch.labels[i];
  }
  return static_cast<double>(right) / static_cast<double>(order.size());
}

Json measure_training(const Options& options, Clock::time_point started) {
  const auto data = tweed::datasets::fashion_mnist(options.data);
  TrainingNetwork network = make_network(options.seed);
  const double startup = seconds_since(started);
  const auto seconds = step_seconds(network, data.train, options);
  const auto warm_up = static_cast<std::ptrdiff_t>(std::min(warm_up_steps, seconds.size() / 2));
  const std::vector<double> steady(seconds.begin() + warm_up, seconds.end());
  Json accuracy = nullptr;
  if (!options.no_test) {
    TrainedNetwork trained = network;
    accuracy = test_accuracy(trained, data.test);
  }
  return {
      {"steps", options.steps},
      {"ms_per_step_median", rounded(1000 * median(steady), 3)},
      {"ms_per_step_min", rounded(1000 * std::ranges::min(steady), 3)},
      {"train_seconds", rounded(std::accumulate(seconds.begin(), seconds.end(), 0.0), 3)},
      {"test_accuracy", accuracy},
      {"startup_seconds", rounded(startup, 3)},
      {"first_step_seconds", rounded(seconds.front(), 3)},
  };
}

double calls_per_second(const auto& call) {
  const auto begin = Clock::now();
  for (int calls = 1;; ++calls) {
    call();
    const double seconds = seconds_since(begin);
    if (seconds >= inference_run_seconds) return calls / seconds;
  }
}

double images_per_second(TrainedNetwork& network, long batch) {
  dlib::resizable_tensor pixels(batch, 1, side, side);
  dlib::tt::tensor_rand(1).fill_uniform(pixels);
  const auto call = [&] { network.subnet().forward(pixels).host(); };
  for (int i = 0; i < inference_warm_up; ++i) call();
  std::vector<double> rates;
  for (int i = 0; i < inference_runs; ++i) rates.push_back(calls_per_second(call));
  return rounded(static_cast<double>(batch) * median(rates), 1);
}

Json measure_inference(const Options& options, Clock::time_point started) {
  TrainedNetwork network = make_network(options.seed);
  const double startup = seconds_since(started);
  Json rates;
  for (const long batch : {1L, 32L, 500L}) {
    rates[std::to_string(batch)] = images_per_second(network, batch);
  }
  return {{"images_per_second", rates}, {"startup_seconds", rounded(startup, 3)}};
}

double peak_memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return rounded(static_cast<double>(usage.ru_maxrss) / 1024, 1);
}

std::string version() {
  return std::to_string(DLIB_MAJOR_VERSION) + '.' + std::to_string(DLIB_MINOR_VERSION) + '.' +
         std::to_string(DLIB_PATCH_VERSION);
}

Json measure(const Options& options, Clock::time_point started) {
  Json result{{"name", "dlib"},      {"version", version()},       {"layout", options.layout},
              {"compiled", false},   {"threads", options.threads}, {"seed", options.seed},
              {"mode", options.mode}};
  result.update(options.mode == "train" ? measure_training(options, started)
                                        : measure_inference(options, started));
  result["peak_memory_mb"] = peak_memory_mb();
  return result;
}

/// A BLAS reads how many threads to use when it is loaded, so the program starts itself again.
void limit_threads(int threads, char** argv) {
  const std::string wanted = std::to_string(threads);
  const char* found = std::getenv("OPENBLAS_NUM_THREADS");
  if (found != nullptr && found == wanted) return;
  for (const char* name : {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"}) {
    setenv(name, wanted.c_str(), 1);
  }
  execv("/proc/self/exe", argv);
  throw std::runtime_error("cannot start again with OPENBLAS_NUM_THREADS=" + wanted);
}

/// One line on stderr, whatever stands in the message.
int complain(std::string message, int exit_code) {
  std::ranges::replace(message, '\n', ' ');
  std::cerr << "dlib_peer: " << message << '\n';
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  const auto started = Clock::now();
  Options options;
  CLI::App program{"The reference network in dlib: measures training or inference, prints JSON."};
  program.add_option("--mode", options.mode, "What to measure [train]")
      ->check(CLI::IsMember({"train", "inference"}));
  program.add_option("--threads", options.threads, "[1]")->check(CLI::Range(1, 1024));
  program.add_option("--steps", options.steps, "Batches of 100 [1500]")
      ->check(CLI::Range(1, 10'000'000));
  program.add_option("--seed", options.seed, "[0]");
  program.add_option("--data", options.data, "Folder of Fashion-MNIST [" + options.data + ']');
  program.add_option("--layout", options.layout, "dlib has one [nchw]")
      ->check(CLI::IsMember({"nchw"}));
  program.add_flag("--no-test", options.no_test, "Leave out the test accuracy");
  try {
    program.parse(argc, argv);
    limit_threads(options.threads, argv);
    std::cout << measure(options, started).dump() << std::endl;
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);
    return complain(std::string(error.what()) + "; see --help", 2);
  } catch (const std::exception& error) {
    return complain(error.what(), 1);
  }
}
