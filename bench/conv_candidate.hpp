#pragma once

#include "conv_tensors.hpp"

#include <tweed/kernels/conv/convolution.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tweed::bench {

/// What is timed: the forward pass alone, as in inference, or with all gradients that training
/// needs.
enum class Work { forward, all };

constexpr const char* name(Work work) { return work == Work::forward ? "forward" : "all"; }

/// A convolution with all its memory, ready to run again and again.
class ReadyConvolution {
 public:
  virtual ~ReadyConvolution() = default;
  virtual void run() = 0;
  /// After `run`: puts the results into the tensors, if `run` has not.
  virtual void store() {}
  /// Memory besides the tensors.
  virtual Index workspace_bytes() const = 0;
};

/// A way to convolve.
struct Candidate {
  std::string name;
  std::optional<Algorithm> algorithm;  ///< of this library
  double tolerance;                    ///< of results, relative to the largest; see ConvChecker
  std::function<std::unique_ptr<ReadyConvolution>(ConvTensors<float>&, Work, int threads)> ready;
};

/// A convolution by an algorithm of the library.
class OwnConvolution final : public ReadyConvolution {
 public:
  OwnConvolution(Algorithm algorithm, ConvTensors<float>& tensors, Work work, int threads)
      : algorithm_(algorithm),
        tensors_(tensors),
        work_(work),
        threads_(threads),
        kept_(work == Work::all
                  ? conv::kept_bytes<float>(algorithm, tensors.geometry, tensors.batch)
                  : 0),
        scratch_(conv::scratch_bytes<float>(algorithm, tensors.geometry, tensors.batch, threads)) {}

  void run() override {
    auto forward = tensors_.forward(threads_);
    forward.scratch = Scratch(scratch_.values());
    if (work_ == Work::all) forward.kept = kept_.values();
    conv::forward<float, conv::Family::any>(algorithm_, tensors_.geometry, forward);
    if (work_ == Work::forward) return;
    auto backward = tensors_.backward(threads_);
    backward.scratch = Scratch(scratch_.values());
    backward.kept = kept_.values();
    conv::backward<float, conv::Family::any>(algorithm_, tensors_.geometry, backward);
  }

  Index workspace_bytes() const override { return kept_.size() + scratch_.size(); }

 private:
  Algorithm algorithm_;
  ConvTensors<float>& tensors_;
  Work work_;
  int threads_;
  Buffer<std::byte> kept_;
  Buffer<std::byte> scratch_;
};

/// Larger Winograd tiles cancel more.
constexpr double tolerance_of(Algorithm algorithm) {
  if (algorithm == Algorithm::winograd4) return 1e-5;
  if (algorithm == Algorithm::winograd6) return 2e-5;
  return 2e-6;
}

inline Candidate candidate_of(Algorithm algorithm) {
  return {std::string(name(algorithm)), algorithm, tolerance_of(algorithm),
          [algorithm](ConvTensors<float>& tensors, Work work, int threads) {
            return std::make_unique<OwnConvolution>(algorithm, tensors, work, threads);
          }};
}

/// All algorithms that can do the geometry, but for the reference: nobody waits for that.
inline std::vector<Candidate> own_candidates(const conv::Geometry& g) {
  std::vector<Candidate> all;
  for (const Algorithm algorithm : conv::Algorithms::values) {
    if (conv::can_run(algorithm, g)) all.push_back(candidate_of(algorithm));
  }
  return all;
}

}  // namespace tweed::bench
