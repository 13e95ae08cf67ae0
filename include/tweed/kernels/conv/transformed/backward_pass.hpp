#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/transformed/blocks.hpp>
#include <tweed/kernels/conv/transformed/functions.hpp>
#include <tweed/kernels/conv/transformed/inputs.hpp>
#include <tweed/kernels/conv/transformed/memory.hpp>
#include <tweed/kernels/conv/transformed/products.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// The gradients by way of transforms: dX = Z U^T and dU = X^T Z, with Z the transform of dy.
template <class T>
class TransformedBackward {
  using Layout = TransformLayout<T>;
  using Functions = TransformFunctions<T>;
  using Block = TransformBlock;
  using Memory = TransformMemory<T>;
  using Products = TransformProducts<T>;

 public:
  [[gnu::cold]] EIGEN_DONT_INLINE static constexpr Index bytes(const Layout& l, const Geometry& g,
                                                               int threads) {
    const Index blocks = l.by_slots ? 1 : threads;
    const Index sums = l.keeps_input ? 1 : std::max<Index>(1, l.parts.count());
    const Index z_tiles = l.keeps_input ? l.tiles() : threads * l.block_tiles;
    return (1 + sums) * Scratch::bytes<T>(l.kernel_size()) + Scratch::bytes<T>(g.kernel_size()) +
           threads * kernel_transform_bytes<T>(l.kind) +
           Scratch::bytes<T>(z_tiles * l.output.tile_step) +
           (l.keeps_input ? 1 : 2) * blocks * Scratch::bytes<T>(l.block_tiles * l.input.tile_step) +
           Scratch::bytes<T>(l.batch * g.filters) + threads * Memory::worker_bytes(g, l);
  }

  static void run(const Layout& l, const Functions& functions, const Geometry& g,
                  Backward<T> pass) {
    Gradients to;
    to.u = pass.scratch.template take<T>(l.kernel_size());
    T* const kernel = pass.scratch.template take<T>(g.kernel_size());
    to.bias_parts = pass.scratch.template take<T>(pass.batch * g.filters);
    const WorkerScratch memory(pass.scratch, kernel_transform_bytes<T>(l.kind), pass.threads);
    if (pass.dx != nullptr) {
      transpose_kernel<T>(g, pass.kernel, kernel, pass.threads);
      functions.forward_kernel(g, l, {kernel, g.filters, g.channels}, to.u, memory, pass.threads);
    }
    T* const du = l.keeps_input ? backward_of_kept(g, l, functions, pass, to)
                                : backward_anew(g, l, functions, pass, to);
    if (pass.kernel_gradient != nullptr) {
      functions.inverse_kernel(g, l, du, pass.kernel_gradient, memory, pass.threads);
    }
    if (pass.bias_gradient == nullptr) return;
    sum_parts(to.bias_parts, pass.batch, g.filters, pass.bias_gradient, pass.threads);
  }

 private:
  /// What the blocks of a backward pass share.
  struct Gradients {
    T* u;           // the kernel's transform, channels and filters exchanged
    T* bias_parts;  // [n,f]
  };

  /// Transforms the gradients of a block's outputs, and sums them up for the bias.
  EIGEN_DONT_INLINE static void transform_deltas(const Geometry& g, const Layout& l,
                                                 const Functions& functions,
                                                 const Backward<T>& pass, const Block& block,
                                                 const Gradients& to, const Memory& memory, T* z) {
    const auto transform = [&](Index first, Index end, int worker, int threads) {
      while (first < end) {
        const Index n = first / l.tiles_per_image;
        const Index image_end = std::min(end, (n + 1) * l.tiles_per_image);
        const bool is_new = first % l.tiles_per_image == 0;
        const T* const delta = is_new ? delta_image(g, pass, n, memory.image(worker))
                                      : made_delta_image(g, pass, n, memory.image(worker));
        if (is_new && pass.bias_gradient != nullptr) {
          sum_pixels(delta, g.output_pixels(), g.filters, to.bias_parts + n * g.filters);
        }
        for_each_tile<T>(first, image_end, l.output.padded_channels, threads,
                         [&](Index tile, const ChannelRange& channels, int member) {
                           functions.forward_output(l, l.output, delta, tile % l.tiles_per_image,
                                                    channels,
                                                    z + (tile - block.first) * l.output.tile_step,
                                                    memory.rest(threads == 1 ? worker : member));
                         });
        first = image_end;
      }
    };
    if (shares_images(pass.batch, pass.threads)) {
      return transform(block.first, block.end, 0, block.threads);
    }
    for_each_image(l, block,
                   [&](Index first, Index end, int worker) { transform(first, end, worker, 1); });
  }

  /// dX = Z U^T of a block, back to images.
  EIGEN_DONT_INLINE static void input_gradient(const Layout& l, const Functions& functions,
                                               const Backward<T>& pass, const Block& block,
                                               const Gradients& to, const Memory& memory,
                                               const T* z) {
    if (pass.dx == nullptr) return;
    T* const dx = memory.input_block(block.worker);
    Products::multiply(l, functions.real_product, block, {z, &l.output, l.output.channels},
                       {to.u, &l.input}, {dx, &l.input}, memory);
    const auto put = [&](Index first, Index end, const ChannelRange& channels, int worker) {
      for (Index tile = first; tile < end; ++tile) {
        T* const image = pass.dx + tile / l.tiles_per_image * l.input.image_size();
        functions.inverse_input(l, l.input, dx + (tile - block.first) * l.input.tile_step,
                                tile % l.tiles_per_image, channels, {}, image, memory.rest(worker));
      }
    };
    const Index channels = l.input.channels;
    if (shares_images(pass.batch, pass.threads)) {  // tiles overlap, channels do not
      return parallel_for(
          shares_of(channels, Pack<T>::width), block.threads, [&](Index vector, int member) {
            put(block.first, block.end, channels_of<T>(vector, channels), block.worker_of(member));
          });
    }
    for_each_image(l, block, [&](Index first, Index end, int worker) {
      put(first, end, {0, channels}, worker);
    });
  }

  /// With the transform of x from `forward`: Z is kept too, and dU made of all tiles in the end,
  /// each slot by one thread. Returns dU.
  static T* backward_of_kept(const Geometry& g, const Layout& l, const Functions& functions,
                             Backward<T>& pass, const Gradients& to) {
    T* const du = pass.scratch.template take<T>(l.kernel_size());
    T* const z = pass.scratch.template take<T>(l.tiles() * l.output.tile_step);
    const Memory memory(g, l, pass.scratch, pass.threads, {.inputs = 1, .outputs = 0});
    const auto run = [&](const Block& block) {
      T* const block_z = z + block.first * l.output.tile_step;
      transform_deltas(g, l, functions, pass, block, to, memory, block_z);
      input_gradient(l, functions, pass, block, to, memory, block_z);
    };
    l.by_slots || shares_images(pass.batch, pass.threads)
        ? for_each_common_block(l, pass.threads, run)
        : for_each_own_block(l, pass.threads, run);
    if (pass.kernel_gradient == nullptr) return du;
    if (l.tiles() == 0) std::fill_n(du, l.kernel_size(), T{});
    const T* const x = elements_of<T>(pass.kept, l.tiles() * l.input.tile_step);
    parallel_for(l.kind.frequencies(), pass.threads, [&](Index frequency, int worker) {
      Products::kernel_gradient_slot(l, frequency, x, z, l.tiles(), du, false, memory.rest(worker));
    });
    return du;
  }

  /// With the transform of x made again: dU grows block by block, in as many parts as the batch
  /// has. Returns dU.
  static T* backward_anew(const Geometry& g, const Layout& l, const Functions& functions,
                          Backward<T>& pass, const Gradients& to) {
    const bool with_kernel = pass.kernel_gradient != nullptr;
    const BatchParts& parts = l.parts;
    const Index part_step = Scratch::bytes<T>(l.kernel_size()) / Index{sizeof(T)};
    T* const du = pass.scratch.template take<T>(std::max<Index>(1, parts.count()) * part_step);
    const Memory memory(g, l, pass.scratch, pass.threads, {.inputs = 2, .outputs = 1});
    if (pass.batch == 0) std::fill_n(du, l.kernel_size(), T{});
    const auto sum_part = [&](Index part, int worker, int threads) {
      const Index begin = parts.begin(part) * l.tiles_per_image;
      const Index end = parts.end(part) * l.tiles_per_image;
      for_each_block(l, begin, end, worker, threads, [&](const Block& block) {
        T* const x = memory.input_block(worker, 1);
        T* const z = memory.output_block(worker);
        if (with_kernel) transform_inputs(l, functions, pass.x, block, memory, x);
        transform_deltas(g, l, functions, pass, block, to, memory, z);
        parallel_for(with_kernel ? l.kind.frequencies() : 0, threads, [&](Index slot, int member) {
          Products::kernel_gradient_slot(l, slot, x, z, block.tiles(), du + part * part_step,
                                         block.first > begin, memory.rest(block.worker_of(member)));
        });
        input_gradient(l, functions, pass, block, to, memory, z);
      });
    };
    if (shares_images(pass.batch, pass.threads)) {
      for (Index part = 0; part < parts.count(); ++part) sum_part(part, 0, pass.threads);
    } else {
      parallel_for(parts.count(), pass.threads,
                   [&](Index part, int worker) { sum_part(part, worker, 1); });
    }
    if (with_kernel) add_parts(du, parts.count(), part_step, pass.threads);
    return du;
  }

  /// Adds all other parts to the first, always in the same order.
  static void add_parts(T* parts, Index count, Index step, int threads) {
    parallel_ranges(step, elementwise_grain / 8, threads, [&](Index begin, Index end) {
      for (Index part = 1; part < count; ++part) {
        const T* const from = parts + part * step;
        for (Index i = begin; i < end; ++i) parts[i] += from[i];
      }
    });
  }

  /// What `delta_image` gave for the same image before.
  static const T* made_delta_image(const Geometry& g, const Backward<T>& pass, Index n, T* aside) {
    return needs_delta_image(pass) ? aside : pass.dy + n * g.output_size();
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
