#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/transformed/blocks.hpp>
#include <tweed/kernels/conv/transformed/functions.hpp>
#include <tweed/kernels/conv/transformed/inputs.hpp>
#include <tweed/kernels/conv/transformed/memory.hpp>
#include <tweed/kernels/conv/transformed/products.hpp>
#include <tweed/kernels/streaming.hpp>

namespace TWEED_NAMESPACE::kernels::conv {

/// The forward pass by way of transforms: Y = X U, and back.
template <class T>
class TransformedForward {
  using Layout = TransformLayout<T>;
  using Functions = TransformFunctions<T>;
  using Block = TransformBlock;
  using Memory = TransformMemory<T>;
  using Products = TransformProducts<T>;

 public:
  /// Of X, for the gradients.
  [[gnu::cold]] static constexpr Index kept_bytes(const Layout& l) {
    return l.keeps_input ? Scratch::bytes<T>(l.tiles() * l.input.tile_step) : 0;
  }

  [[gnu::cold]] EIGEN_DONT_INLINE static constexpr Index bytes(const Layout& l, const Geometry& g,
                                                               int threads) {
    const Index blocks = l.by_slots ? 1 : threads;
    return Scratch::bytes<T>(l.kernel_size()) + threads * kernel_transform_bytes<T>(l.kind) +
           blocks * (Scratch::bytes<T>(l.block_tiles * l.input.tile_step) +
                     Scratch::bytes<T>(l.block_tiles * l.output.tile_step)) +
           threads * Memory::worker_bytes(g, l);
  }

  static void run(const Layout& l, const Functions& functions, const Geometry& g, Forward<T> pass) {
    const T* const u = kernel_transform(l, functions, g, pass);
    const Memory memory(g, l, pass.scratch, pass.threads, {.inputs = 1, .outputs = 1});
    const bool keeps = l.keeps_input && !pass.kept.empty();
    T* const kept = keeps ? elements_of<T>(pass.kept, l.tiles() * l.input.tile_step) : nullptr;
    const auto run = [&](const Block& block) {
      T* const x = kept != nullptr ? kept + block.first * l.input.tile_step
                                   : memory.input_block(block.worker);
      T* const y = memory.output_block(block.worker);
      transform_inputs(l, functions, pass.x, block, memory, x);
      Products::multiply(l, functions.real_product, block, {x, &l.input, l.input.channels},
                         {u, &l.output}, {y, &l.output}, memory);
      inverse_outputs(g, l, functions, pass, block, memory, y);
    };
    l.by_slots ? for_each_common_block(l, pass.threads, run)
               : for_each_own_block(l, pass.threads, run);
    if (shares_images(pass.batch, pass.threads)) finish_shared(l, pass, memory);
  }

 private:
  /// From the products of a block to images of the output.
  EIGEN_DONT_INLINE static void inverse_outputs(const Geometry& g, const Layout& l,
                                                const Functions& functions, const Forward<T>& pass,
                                                const Block& block, const Memory& memory,
                                                const T* y) {
    const bool streams = pass.pool == nullptr && !pass.activation.is_other() &&
                         is_streamed(pass.y, g.filters, pass.batch * g.output_size());
    const auto put = [&](Index tile, const ChannelRange& channels, T* aside, int worker) {
      functions.inverse_output(
          l, l.output, y + (tile - block.first) * l.output.tile_step, tile % l.tiles_per_image,
          channels, {pass.bias, pass.activation, streams},
          output_image(g, pass, tile / l.tiles_per_image, aside), memory.rest(worker));
    };
    const auto finish_stores = [&] {
      if (streams) simd::finish_stream();
    };
    if (shares_images(pass.batch, pass.threads)) {
      for_each_tile<T>(block.first, block.end, g.filters, block.threads,
                       [&](Index tile, const ChannelRange& channels, int member) {
                         put(tile, channels, shared_image(l, memory, tile),
                             block.worker_of(member));
                         if (block.threads > 1) finish_stores();
                       });
      return finish_stores();
    }
    for_each_image(l, block, [&](Index first, Index end, int worker) {
      for (Index tile = first; tile < end; ++tile) {
        put(tile, {0, g.filters}, memory.image(worker), worker);
        const bool is_last = (tile + 1) % l.tiles_per_image == 0;
        if (is_last) finish(pass, tile / l.tiles_per_image, g, memory.image(worker));
      }
      finish_stores();
    });
  }

  /// Where an image is put together that several threads work on. There are more threads than
  /// images, and each has room for one.
  static T* shared_image(const Layout& l, const Memory& memory, Index tile) {
    return memory.image(static_cast<int>(tile / l.tiles_per_image));
  }

  /// The transformed kernel that the pass brings, or a new one in its scratch.
  static const T* kernel_transform(const Layout& l, const Functions& functions, const Geometry& g,
                                   Forward<T>& pass) {
    if (!pass.kernel_transform.empty()) {
      return elements_of<T>(pass.kernel_transform, l.kernel_size());
    }
    T* const u = pass.scratch.template take<T>(l.kernel_size());
    const WorkerScratch memory(pass.scratch, kernel_transform_bytes<T>(l.kind), pass.threads);
    functions.forward_kernel(g, l, {pass.kernel, g.channels, g.filters}, u, memory, pass.threads);
    return u;
  }

  static void finish(const Forward<T>& pass, Index n, const Geometry& g, const T* image) {
    const Index rows = pass.pool == nullptr ? g.rows.output : pass.pool->geometry.rows.output;
    finish_rows(pass, n, {0, rows}, image);
  }

  /// Finishes images that threads shared: now they share the rows.
  static void finish_shared(const Layout& l, const Forward<T>& pass, const Memory& memory) {
    if (pass.pool == nullptr) return;
    const Index rows = pass.pool->geometry.rows.output;
    parallel_for(pass.batch * rows, pass.threads, [&](Index i, int) {
      const Index n = i / rows;
      const Index row = i % rows;
      finish_rows(pass, n, {row, row + 1}, shared_image(l, memory, n * l.tiles_per_image));
    });
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
