#pragma once

#include "conv_candidate.hpp"

#include <oneapi/dnnl/dnnl.hpp>

#include <omp.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

/// oneDNN's convolutions, in the memory formats that it likes best. Nothing that puts the tensors
/// into those formats is timed, nor is Winograd's transform of the kernel for the forward pass.
namespace tweed::bench::onednn {

/// While it lives, oneDNN makes and runs primitives for that many threads.
class ThreadCount {
 public:
  explicit ThreadCount(int threads) : before_(omp_get_max_threads()) {
    omp_set_num_threads(threads);
  }
  ~ThreadCount() { omp_set_num_threads(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

/// A tensor as tweed stores it: its sizes in oneDNN's order and the format they lie in.
struct Plain {
  dnnl::memory::dims sizes;
  dnnl::memory::format_tag format;

  dnnl::memory::desc stored() const { return {sizes, dnnl::memory::data_type::f32, format}; }
  dnnl::memory::desc any() const {
    return {sizes, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
  }
};

/// What describes a convolution to oneDNN.
struct Sizes {
  Plain x;
  Plain kernel;
  Plain bias;
  Plain y;
  dnnl::memory::dims strides;
  dnnl::memory::dims dilates;  // zeros between taps
  dnnl::memory::dims before;
  dnnl::memory::dims after;

  Sizes(const conv::Geometry& g, Index batch)
      : x{{batch, g.channels, g.rows.input, g.columns.input}, dnnl::memory::format_tag::nhwc},
        kernel(kernel_of(g)),
        bias{{g.filters}, dnnl::memory::format_tag::x},
        y{{batch, g.filters, g.rows.output, g.columns.output}, dnnl::memory::format_tag::nhwc},
        strides{g.rows.stride, g.columns.stride},
        dilates{g.rows.dilation - 1, g.columns.dilation - 1},
        before{g.rows.before, g.columns.before},
        after{zeros_after(g.rows), zeros_after(g.columns)} {}

 private:
  static Plain kernel_of(const conv::Geometry& g) {
    if (g.groups == 1) {
      return {{g.filters, g.channels, g.rows.window, g.columns.window},
              dnnl::memory::format_tag::hwio};
    }
    return {{g.groups, g.group_filters(), g.group_channels(), g.rows.window, g.columns.window},
            dnnl::memory::format_tag::hwigo};
  }
  static Index zeros_after(const SlidingAxis& axis) {
    return std::max<Index>(
        0, (axis.output - 1) * axis.stride + axis.span() - axis.before - axis.input);
  }
};

/// A primitive with its operands. Those whose format is not tweed's are copies.
class Call {
 public:
  explicit Call(const dnnl::primitive_desc& description)
      : primitive_(description),
        engine_(description.get_engine()),
        stream_(engine_),
        bytes_(description.query_s64(dnnl::query::memory_consumption_s64)) {}

  void add_input(int argument, const dnnl::memory::desc& format, const Plain& plain,
                 const Buffer<float>& data) {
    // oneDNN takes what it only reads as not const, too.
    dnnl::memory from(plain.stored(), engine_, const_cast<float*>(data.data()));
    dnnl::memory operand = from.get_desc() == format ? from : dnnl::memory(format, engine_);
    if (operand != from) copy(from, operand);
    operands_.emplace(argument, operand);
  }

  void add_output(int argument, const dnnl::memory::desc& format, const Plain& plain,
                  Buffer<float>& data) {
    const dnnl::memory to(plain.stored(), engine_, data.data());
    const dnnl::memory operand = to.get_desc() == format ? to : dnnl::memory(format, engine_);
    if (operand != to) copies_.push_back({operand, to});
    operands_.emplace(argument, operand);
  }

  void run() {
    primitive_.execute(stream_, operands_);
    stream_.wait();
  }

  /// The outputs into tweed's tensors.
  void store() {
    for (auto& [operand, to] : copies_) copy(operand, to);
  }

  Index workspace_bytes() const { return bytes_; }

 private:
  struct Copy {
    dnnl::memory operand;
    dnnl::memory to;
  };

  void copy(dnnl::memory& from, dnnl::memory& to) {
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
  }

  dnnl::primitive primitive_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  Index bytes_;
  std::unordered_map<int, dnnl::memory> operands_;
  std::vector<Copy> copies_;
};

/// The three passes of a convolution as oneDNN would do them with an algorithm; with the direct one
/// where a pass does not have it.
class Passes {
  /// What `make` makes of the algorithm, or of the direct one.
  template <class Make>
  auto with_fallback(const Make& make) const {
    if (algorithm_ != dnnl::algorithm::convolution_direct) {
      try {
        return make(algorithm_);
      } catch (const dnnl::error& error) {
        if (error.status != dnnl_unimplemented) throw;
      }
    }
    return make(dnnl::algorithm::convolution_direct);
  }

 public:
  using Forward = dnnl::convolution_forward;
  using Input = dnnl::convolution_backward_data;
  using Kernel = dnnl::convolution_backward_weights;

  Passes(const Sizes& sizes, dnnl::algorithm algorithm) : s_(sizes), algorithm_(algorithm) {}

  Forward::primitive_desc forward(dnnl::prop_kind kind) const {
    return with_fallback([&](dnnl::algorithm algorithm) {
      return Forward::primitive_desc(
          {kind, algorithm, s_.x.any(), s_.kernel.any(), s_.bias.stored(), s_.y.any(), s_.strides,
           s_.dilates, s_.before, s_.after},
          engine_);
    });
  }
  Input::primitive_desc input_gradient() const {
    const auto hint = forward(dnnl::prop_kind::forward_training);
    return with_fallback([&](dnnl::algorithm algorithm) {
      return Input::primitive_desc({algorithm, s_.x.any(), s_.kernel.any(), s_.y.any(), s_.strides,
                                    s_.dilates, s_.before, s_.after},
                                   engine_, hint);
    });
  }
  Kernel::primitive_desc kernel_gradient() const {
    const auto hint = forward(dnnl::prop_kind::forward_training);
    return with_fallback([&](dnnl::algorithm algorithm) {
      return Kernel::primitive_desc({algorithm, s_.x.any(), s_.kernel.any(), s_.bias.stored(),
                                     s_.y.any(), s_.strides, s_.dilates, s_.before, s_.after},
                                    engine_, hint);
    });
  }

  /// The names of oneDNN's implementations: the same ones are the same programs.
  std::vector<std::string> implementations() const {
    return {forward(dnnl::prop_kind::forward_training).impl_info_str(),
            input_gradient().impl_info_str(), kernel_gradient().impl_info_str()};
  }

 private:
  Sizes s_;
  dnnl::algorithm algorithm_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
};

class Convolution final : public ReadyConvolution {
 public:
  Convolution(dnnl::algorithm algorithm, ConvTensors<float>& tensors, Work work, int threads)
      : threads_(threads) {
    const ThreadCount scope(threads_);
    const Sizes sizes(tensors.geometry, tensors.batch);
    const Passes passes(sizes, algorithm);
    add_forward(passes, sizes, tensors, work);
    if (work == Work::forward) return;
    if (tensors.wants_dx) add_input_gradient(passes, sizes, tensors);
    add_kernel_gradient(passes, sizes, tensors);
  }

  void run() override {
    const ThreadCount scope(threads_);
    for (Call& call : calls_) call.run();
  }
  void store() override {
    const ThreadCount scope(threads_);
    for (Call& call : calls_) call.store();
  }
  Index workspace_bytes() const override {
    Index most = 0;
    for (const Call& call : calls_) most = std::max(most, call.workspace_bytes());
    return most;
  }

 private:
  struct Operand {
    int argument;
    dnnl::memory::desc format;
    const Plain& plain;
    Buffer<float>& data;
  };

  void add(const dnnl::primitive_desc& made, const std::vector<Operand>& inputs,
           const std::vector<Operand>& outputs) {
    Call& call = calls_.emplace_back(made);
    for (const auto& [argument, format, plain, data] : inputs) {
      call.add_input(argument, format, plain, data);
    }
    for (const auto& [argument, format, plain, data] : outputs) {
      call.add_output(argument, format, plain, data);
    }
  }
  void add_forward(const Passes& passes, const Sizes& s, ConvTensors<float>& t, Work work) {
    const auto made = passes.forward(work == Work::forward ? dnnl::prop_kind::forward_inference
                                                           : dnnl::prop_kind::forward_training);
    add(made,
        {{DNNL_ARG_SRC, made.src_desc(), s.x, t.x},
         {DNNL_ARG_WEIGHTS, made.weights_desc(), s.kernel, t.kernel},
         {DNNL_ARG_BIAS, made.bias_desc(), s.bias, t.bias}},
        {{DNNL_ARG_DST, made.dst_desc(), s.y, t.y}});
  }
  void add_input_gradient(const Passes& passes, const Sizes& s, ConvTensors<float>& t) {
    const auto made = passes.input_gradient();
    add(made,
        {{DNNL_ARG_DIFF_DST, made.diff_dst_desc(), s.y, t.dy},
         {DNNL_ARG_WEIGHTS, made.weights_desc(), s.kernel, t.kernel}},
        {{DNNL_ARG_DIFF_SRC, made.diff_src_desc(), s.x, t.dx}});
  }
  void add_kernel_gradient(const Passes& passes, const Sizes& s, ConvTensors<float>& t) {
    const auto made = passes.kernel_gradient();
    add(made,
        {{DNNL_ARG_SRC, made.src_desc(), s.x, t.x},
         {DNNL_ARG_DIFF_DST, made.diff_dst_desc(), s.y, t.dy}},
        {{DNNL_ARG_DIFF_WEIGHTS, made.diff_weights_desc(), s.kernel, t.kernel_gradient},
         {DNNL_ARG_DIFF_BIAS, made.diff_bias_desc(), s.bias, t.bias_gradient}});
  }

  int threads_;
  std::vector<Call> calls_;
};

/// The direct algorithm, and each other one that is not the same program for the geometry.
inline std::vector<Candidate> candidates(const conv::Geometry& g, Index batch) {
  constexpr double tolerance = 1e-5;
  struct Known {
    const char* name;
    dnnl::algorithm algorithm;
  };
  std::vector<Candidate> all;
  std::vector<std::vector<std::string>> programs;
  for (const Known& known : {Known{"onednn_direct", dnnl::algorithm::convolution_direct},
                             Known{"onednn_auto", dnnl::algorithm::convolution_auto},
                             Known{"onednn_winograd", dnnl::algorithm::convolution_winograd}}) {
    auto names = Passes(Sizes(g, batch), known.algorithm).implementations();
    if (std::find(programs.begin(), programs.end(), names) != programs.end()) continue;
    programs.push_back(std::move(names));
    all.push_back(
        {known.name,
         {},
         tolerance,
         [algorithm = known.algorithm](ConvTensors<float>& tensors, Work work, int threads) {
           return std::make_unique<Convolution>(algorithm, tensors, work, threads);
         }});
  }
  return all;
}

}  // namespace tweed::bench::onednn
