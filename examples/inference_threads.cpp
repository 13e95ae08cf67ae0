/// One model, used by several threads of a program at once, as a server does: the model is const
/// and shared, each thread has an `Inference`, the memory to run it, of its own.
///
///     inference_threads
///
/// Four threads answer 400 requests, each the same as one thread alone, bit for bit; otherwise the
/// program fails.

#include <tweed/tweed.hpp>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <thread>
#include <vector>

using namespace tweed;

using Net = Sequential<Input<16, 16, 1>, Conv2D<8, 3>, ReLU, MaxPool<2>, Conv2D<16, 3>, ReLU,
                       MaxPool<2>, Flatten, Dense<10>>;

/// An image like any other.
std::vector<float> request(Index number) {
  std::vector<float> pixels(static_cast<std::size_t>(Net::input.size()));
  const RandomKey key{.seed = 1, .step = static_cast<std::uint64_t>(number)};
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<float>(random_uniform(key, i));
  }
  return pixels;
}

/// The outputs for the requests, each answered by whichever of the threads is free.
std::vector<float> answers(const Model<Net>& model, Index requests, int threads) {
  constexpr Index outputs = Net::output.size();
  std::vector<float> results(static_cast<std::size_t>(requests * outputs));
  std::atomic<Index> next = 0;
  const auto serve = [&] {
    Inference<Net> inference(1, 1);  // one image at a time, on this thread alone
    for (Index i = next++; i < requests; i = next++) {
      const auto pixels = request(i);
      const auto logits = inference(model, Batch<const float>{pixels.data(), 1, Net::input});
      std::copy_n(logits.data, outputs, results.begin() + i * outputs);
    }
  };
  std::vector<std::thread> workers;
  for (int thread = 0; thread < threads; ++thread) workers.emplace_back(serve);
  for (std::thread& worker : workers) worker.join();
  return results;
}

int main() {
  const Model<Net> model{1};
  const bool same = answers(model, 400, 4) == answers(model, 400, 1);
  std::cout << (same ? "four threads answer as one\n" : "THE ANSWERS DIFFER\n");
  return same ? 0 : 1;
}
