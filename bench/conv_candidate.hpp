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
  std::optional<conv::Plan> plan;  ///< of this library
  double tolerance;                ///< of results, relative to the largest; see ConvChecker
  std::function<std::unique_ptr<ReadyConvolution>(ConvTensors<float>&, Work, int threads)> ready;
};

/// A convolution by a plan of the library.
class PlannedConvolution final : public ReadyConvolution {
 public:
  PlannedConvolution(const conv::Plan& plan, ConvTensors<float>& tensors, Work work, int threads)
      : plan_(plan),
        tensors_(tensors),
        work_(work),
        threads_(threads),
        kept_(work == Work::all ? conv::kept_bytes<float>(plan, tensors.geometry, tensors.batch)
                                : 0),
        scratch_(conv::scratch_bytes<float>(plan, tensors.geometry, tensors.batch, threads)) {}

  void run() override {
    auto forward = tensors_.forward(threads_);
    forward.scratch = Scratch(scratch_.values());
    if (work_ == Work::all) forward.kept = kept_.values();
    conv::forward(plan_, tensors_.geometry, forward);
    if (work_ == Work::forward) return;
    auto backward = tensors_.backward(threads_);
    backward.scratch = Scratch(scratch_.values());
    backward.kept = kept_.values();
    conv::backward(plan_, tensors_.geometry, backward);
  }

  Index workspace_bytes() const override { return kept_.size() + scratch_.size(); }

 private:
  conv::Plan plan_;
  ConvTensors<float>& tensors_;
  Work work_;
  int threads_;
  Buffer<std::byte> kept_;
  Buffer<std::byte> scratch_;
};

/// Larger Winograd tiles cancel more.
constexpr double tolerance_of(const conv::Plan& plan) {
  if (plan.forward == Algorithm::winograd4) return 1e-5;
  if (plan.forward == Algorithm::winograd6) return 2e-5;
  return 2e-6;
}

inline Candidate candidate_of(const conv::Plan& plan, std::string name) {
  return {std::move(name), plan, tolerance_of(plan),
          [plan](ConvTensors<float>& tensors, Work work, int threads) {
            return std::make_unique<PlannedConvolution>(plan, tensors, work, threads);
          }};
}

/// All algorithms that can do the geometry, but for the reference: nobody waits for that.
inline std::vector<Candidate> own_candidates(const conv::Geometry& g) {
  std::vector<Candidate> all;
  for (const Algorithm a : {Algorithm::indirect, Algorithm::direct, Algorithm::grouped,
                            Algorithm::fft, Algorithm::winograd4, Algorithm::winograd6}) {
    if (conv::can_run(a, g)) all.push_back(candidate_of(conv::plan_of(a), std::string(name(a))));
  }
  return all;
}

}  // namespace tweed::bench
