#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/model/program_options.hpp>

#include <array>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace TWEED_NAMESPACE {

struct Step;

/// Whom a pass tells that node i of the folded network is done: whatever can be called as
/// `watcher(i)`, or nobody. It refers to it.
class Watcher {
 public:
  Watcher() = default;
  template <class Watch>
  requires(!std::is_same_v<Watch, Watcher>) Watcher(const Watch& watch)
      : watch_(&watch),
        call_([](const void* of, std::size_t node) { (*static_cast<const Watch*>(of))(node); }) {}

  void operator()(int node) const {
    if (call_ != nullptr) call_(watch_, static_cast<std::size_t>(node));
  }

 private:
  const void* watch_ = nullptr;
  void (*call_)(const void* watch, std::size_t node) = nullptr;
};

namespace detail {

template <class T>
class Preparation;

/// Runs a program: the memory that it works in, and the passes that its nodes get. It is one class
/// for all networks; a program that links tweed::compiled finds it there for float and double.
template <class T>
class Executor {
 public:
  /// `options.threads`: 0 takes all that OpenMP offers. Throws Error, in the name of `owner`, for a
  /// batch size that there cannot be memory for.
  Executor(const char* owner, const NetworkView<T>& network, ProgramOptions options);
  Executor(Executor&& other) noexcept;
  Executor& operator=(Executor&& other) noexcept;
  ~Executor();

  const Program<T>& program() const { return *program_; }
  /// 0 where it was moved away.
  Index batch_size() const;
  int threads() const;
  /// Bytes held.
  Index bytes() const;

  /// Runs forward, in training or in inference, for a batch of each input; returns the first
  /// output. Throws Error where they do not fit.
  Batch<const T> forward(std::span<const Batch<const T>> inputs, std::span<const T> weights,
                         const RandomKey& random, const Watcher& watcher,
                         const Preparation<T>* preparation = nullptr);
  /// From the gradients of the outputs and the last `forward`. `to_input`: whether those of the
  /// inputs are wanted.
  void backward(std::span<const T> weights, bool to_input, const Watcher& watcher);
  /// Brings the state among the weights up to date with the last `forward`.
  void commit(std::span<T> weights);

  Batch<T> output(std::size_t k);
  Batch<T> output_gradient(std::size_t k);
  Batch<T> input_gradient(std::size_t k);
  std::span<T> gradients() { return gradients_.values(); }
  std::span<const T> gradients() const { return gradients_.values(); }

 private:
  void take(std::span<const Batch<const T>> inputs);
  void run_forward(const Step& step);
  void run_backward(const Step& step, bool to_input);
  template <class Pass>
  void fill(const Step& step, const Node& node, Pass& pass);
  void add(const Step& step);
  bool is_wanted(int value, bool to_input) const;
  bool is_wanted_again(const Step& step, bool to_input) const;
  std::span<const Batch<const T>> operands(const Step& step, const Node& node);
  std::span<std::byte> kept(int node, int slot);
  T* address(int slot);
  Batch<T> at(int slot, int value);

  const char* owner_;
  std::unique_ptr<const Program<T>> program_;
  Buffer<std::byte> arena_;
  Buffer<std::byte> scratch_;
  Buffer<T> gradients_;
  // The batch that runs.
  std::vector<Batch<const T>> inputs_;
  Index count_ = 0;
  std::span<const T> weights_;
  RandomKey random_;
  const Preparation<T>* preparation_ = nullptr;
  std::array<Batch<const T>, most_operands> operands_;  // of the node that runs
};

}  // namespace detail

}  // namespace TWEED_NAMESPACE
