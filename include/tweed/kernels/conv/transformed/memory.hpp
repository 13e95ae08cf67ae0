#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/transformed/layout.hpp>
#include <tweed/kernels/conv/transformed/tile_transform.hpp>
#include <tweed/kernels/matmul.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// Tiles of the kernel gradient's sum that are multiplied at a time.
inline constexpr Index transform_depth_block = 256;

/// Tiles that are multiplied at a time by a slot of the kernel, at most.
inline constexpr Index transform_row_block = 1024;

/// Blocks of transformed tiles that a worker has.
struct WorkerBlocks {
  int inputs;
  int outputs;
};

/// What a pass works in besides its operands.
template <class T>
class TransformMemory {
  using Layout = TransformLayout<T>;

 public:
  TransformMemory(const Geometry& g, const Layout& l, Scratch& scratch, int threads,
                  const WorkerBlocks& blocks)
      : blocks_(blocks),
        input_step_(Scratch::bytes<T>(l.block_tiles * l.input.tile_step) / Index{sizeof(T)}),
        output_step_(Scratch::bytes<T>(l.block_tiles * l.output.tile_step) / Index{sizeof(T)}),
        image_size_(g.output_size()) {
    const Index owners = l.by_slots ? 1 : threads;
    input_blocks_ = scratch.take<T>(owners * blocks.inputs * input_step_);
    output_blocks_ = scratch.take<T>(owners * blocks.outputs * output_step_);
    workers_ = WorkerScratch(scratch, worker_bytes(g, l), threads);
  }

  /// Scratch of one worker besides its blocks.
  static constexpr Index worker_bytes(const Geometry& g, const Layout& l) {
    const Index depth = std::min(l.tiles(), transform_depth_block);
    const Index panels = 3 * (Scratch::bytes<T>(depth * l.input.padded_channels) +
                              Scratch::bytes<T>(depth * l.output.padded_channels));
    const Index rows = std::min(l.block_tiles, transform_row_block);
    const Index sums =
        Scratch::bytes<T>(rows * std::max(l.input.padded_channels, l.output.padded_channels));
    return Scratch::bytes<T>(g.output_size()) +
           std::max({panels, sums, matmul_scratch_bytes<T>(), tile_bytes<T>(l.kind)});
  }

  T* input_block(int worker, int which = 0) const {
    return input_blocks_ + (worker * blocks_.inputs + which) * input_step_;
  }
  T* output_block(int worker) const { return output_blocks_ + worker * output_step_; }
  T* image(int worker) const { return workers_.of(worker).template take<T>(image_size_); }

  /// For a product or a tile's transform: what remains of a worker's share.
  Scratch rest(int worker) const {
    Scratch scratch = workers_.of(worker);
    scratch.take<T>(image_size_);
    return scratch;
  }

 private:
  WorkerBlocks blocks_;
  Index input_step_;
  Index output_step_;
  Index image_size_;
  T* input_blocks_;
  T* output_blocks_;
  WorkerScratch workers_;
};

}  // namespace TWEED_NAMESPACE::kernels::conv
