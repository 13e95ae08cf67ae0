#pragma once

#include <tweed/core/error.hpp>
#include <tweed/kernels/batch_norm_pass.hpp>
#include <tweed/kernels/channel_sums.hpp>
#include <tweed/kernels/column_moments.hpp>
#include <tweed/kernels/normalize.hpp>

#include <algorithm>
#include <string>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_pixels(Index pixels) {
  throw Error("batch_norm: training takes the variance of each channel over the pixels of all " +
              std::string("samples, of which this batch has ") + std::to_string(pixels) +
              " where at least 2 are needed: make batches larger, also the last of an epoch");
}

/// The number of a channel among those that are learnt, where there are any.
template <class T>
double learnt(const T* values, Index channel, double otherwise) {
  return values == nullptr ? otherwise : static_cast<double>(values[channel]);
}

template <class T>
Centered<T> normalizer(const WideRows& rows, const T* scale, const T* shift, double epsilon,
                       const BatchStatistics<const T>& statistics, Scratch& scratch) {
  const auto n = take_centered<T>(rows, scratch);
  for (Index c = 0; c < rows.channels; ++c) {
    const double factor =
        learnt(scale, c, 1.0) * inverse_deviation(statistics.variance[c], epsilon);
    const auto rest = static_cast<double>(statistics.mean_rest[c]);
    n.center[c] = statistics.mean[c];
    n.factor[c] = static_cast<T>(factor);
    n.offset[c] = static_cast<T>(learnt(shift, c, 0.0) - rest * factor);
  }
  for (T* const values : {n.center, n.factor, n.offset}) rows.repeat(values);
  return n;
}

/// Mean and squares of the columns of one part of the rows, [parts,2,width].
template <class T>
struct MomentsOfParts {
  const SumParts& parts;
  const WideRows& rows;
  const T* values;

  /// Numbers that column i has in a part.
  Index count(Index part, Index i) const {
    const Index last = parts.end(part);
    return last - parts.begin(part) - (i >= rows.size(last - 1) ? 1 : 0);
  }
  const T* mean(Index part) const { return values + part * 2 * rows.width(); }
  const T* squares(Index part) const { return mean(part) + rows.width(); }

  /// Calls `body(numbers, mean, squares)` for all that has been measured of a channel.
  template <class Body>
  void for_each(Index channel, const Body& body) const {
    for (Index part = 0; part < parts.count(); ++part) {
      for (Index i = channel; i < rows.width(); i += rows.channels) {
        body(static_cast<double>(count(part, i)), static_cast<double>(mean(part)[i]),
             static_cast<double>(squares(part)[i]));
      }
    }
  }
};

/// Goes through memory once, block by block: within a block the mean comes first, and then the
/// distances from it, so that no digits cancel out, however far from zero the numbers lie.
template <class T>
void measure(const WideRows& rows, const T* x, const BatchStatistics<T>& statistics,
             Scratch scratch, int threads) {
  const Index width = rows.width();
  const SumParts parts{rows.count(), 2 * width, rows.grain()};
  const T* const origin = take_origin(rows, x, scratch);
  T* const values = scratch.take<T>(parts.count() * 2 * width);
  const WorkerScratch blocks(scratch, Scratch::bytes<T>(width), threads);
  parallel_for(parts.count(), threads, [&](Index part, int worker) {
    T* const mean = values + part * 2 * width;
    const ColumnMoments<T> columns{.rows = rows,
                                   .origin = origin,
                                   .mean = mean,
                                   .squares = mean + width,
                                   .block = blocks.of(worker).template take<T>(width)};
    columns.measure(x, parts.begin(part), parts.end(part));
  });

  const MomentsOfParts<T> measured{parts, rows, values};
  const auto count = static_cast<double>(rows.pixels);
  for (Index c = 0; c < rows.channels; ++c) {
    double sum = 0.0;
    measured.for_each(c, [&](double numbers, double mean, double) { sum += numbers * mean; });
    const double middle = sum / count;
    double squares = 0.0;
    measured.for_each(c, [&](double numbers, double mean, double of_part) {
      squares += of_part + numbers * (mean - middle) * (mean - middle);
    });
    const double exact = static_cast<double>(origin[c]) + middle;
    statistics.mean[c] = static_cast<T>(exact);
    statistics.mean_rest[c] = static_cast<T>(exact - static_cast<double>(statistics.mean[c]));
    statistics.variance[c] = static_cast<T>(squares / count);
  }
}

/// The sums of g and of g times the distance, [2,width], for the gradients g that arrive. They are
/// stored in `kept` unless that is a nullptr.
template <class T>
void sum_gradients(const WideRows& rows, const ArrivingGradient<T>& arriving, T* sums, T* kept,
                   const Scratch& scratch, int threads) {
  const Index width = rows.width();
  sum_channels(rows, 2, sums, scratch, threads, [&](Index begin, Index size, T* to) {
    arriving.for_each_pack_of(
        begin, size, [&](Index i, Index lanes, const Pack<T>& distance, const Pack<T>& g) {
          if (kept != nullptr) g.store(kept + begin + i, lanes);
          add_to(to + i, g, lanes);
          const auto product = multiply_add(g, distance, Pack<T>::load(to + width + i, lanes));
          product.store(to + width + i, lanes);
        });
  });
}

/// The gradients of scale and shift from the sums, and what that of the input takes of them.
template <class T>
void finish_gradients(const BatchNormBackward<T>& pass, const WideRows& rows, const T* sums,
                      const InputGradient<T>& to) {
  const auto count = static_cast<double>(pass.pixels);
  for (Index c = 0; c < pass.channels; ++c) {
    const auto rest = static_cast<double>(pass.statistics.mean_rest[c]);
    const double inverse = inverse_deviation(pass.statistics.variance[c], pass.epsilon);
    const double factor = learnt(pass.scale, c, 1.0) * inverse;
    const auto shift_gradient = static_cast<double>(sums[c]);
    const auto products = static_cast<double>(sums[rows.width() + c]);
    const double scale_gradient = (products - rest * shift_gradient) * inverse;
    const double slope = -factor * inverse * scale_gradient / count;
    to.slope[c] = static_cast<T>(slope);
    to.constant[c] = static_cast<T>(-factor * shift_gradient / count - slope * rest);
    if (pass.scale_gradient != nullptr) pass.scale_gradient[c] = static_cast<T>(scale_gradient);
    if (pass.shift_gradient != nullptr) pass.shift_gradient[c] = static_cast<T>(shift_gradient);
  }
  for (T* const values : {to.slope, to.constant}) rows.repeat(values);
}

}  // namespace detail

/// Throws Error for fewer than two pixels: a single number has no variance.
template <class T>
void batch_norm(const BatchNormForward<T>& pass) {
  if (pass.pixels < 2) detail::refuse_pixels(pass.pixels);
  const WideRows rows{pass.pixels, pass.channels};
  const auto& s = pass.statistics;
  detail::measure(rows, pass.x, s, pass.scratch, pass.threads);
  Scratch scratch = pass.scratch;
  const auto n = detail::normalizer<T>(rows, pass.scale, pass.shift, pass.epsilon,
                                       {s.mean, s.mean_rest, s.variance}, scratch);
  detail::normalize(rows, n, pass.x, pass.y, pass.pixels * pass.channels, pass.activation,
                    pass.threads);
}

/// For batches that `batch_norm` took.
template <class T>
void batch_norm_gradient(const BatchNormBackward<T>& pass) {
  const WideRows rows{pass.pixels, pass.channels};
  Scratch scratch = pass.scratch;
  const auto normalizer =
      detail::normalizer(rows, pass.scale, pass.shift, pass.epsilon, pass.statistics, scratch);
  const detail::ArrivingGradient<T> arriving{normalizer, pass.x, pass.dy, pass.activation};
  T* const slope = scratch.take<T>(rows.width());
  const detail::InputGradient<T> to{slope, scratch.take<T>(rows.width())};
  T* const sums = scratch.take<T>(2 * rows.width());
  // The slope of most activations takes longer than the way to memory: it is computed once.
  T* const kept = pass.activation.is_other() ? pass.dx : nullptr;
  detail::sum_gradients(rows, arriving, sums, kept, scratch, pass.threads);
  detail::finish_gradients(pass, rows, sums, to);
  if (kept != nullptr) {
    constexpr Activation none = Activation::none;
    const detail::ArrivingGradient<T> past_activation{normalizer, pass.x, kept, none};
    detail::apply_gradient(rows, past_activation, to, pass.dx, pass.pixels * pass.channels,
                           pass.threads);
  } else if (pass.dx != nullptr) {
    detail::apply_gradient(rows, arriving, to, pass.dx, pass.pixels * pass.channels, pass.threads);
  }
}

template <class T>
void scale_channels(const ChannelScaling<T>& pass) {
  const WideRows rows{pass.pixels, pass.channels};
  Scratch scratch = pass.scratch;
  const auto centered = detail::take_centered<T>(rows, scratch);
  std::fill_n(centered.center, pass.channels, T{});
  std::copy_n(pass.factor, pass.channels, centered.factor);
  std::copy_n(pass.offset, pass.channels, centered.offset);
  for (T* const values : {centered.center, centered.factor, centered.offset}) rows.repeat(values);
  detail::normalize(rows, centered, pass.x, pass.y, pass.pixels * pass.channels, pass.activation,
                    pass.threads);
}

/// Batch normalisation with a mean and a variance that are known as x * factor + offset, [channels]
/// each; what a convolution before it can take into its kernel and bias. `scale` and `shift` may be
/// nullptr, for ones and zeros.
template <class T>
void batch_norm_scaling(Index channels, const T* scale, const T* shift, const T* mean,
                        const T* variance, double epsilon, T* factor, T* offset) {
  for (Index c = 0; c < channels; ++c) {
    const double by =
        detail::learnt(scale, c, 1.0) * detail::inverse_deviation(variance[c], epsilon);
    factor[c] = static_cast<T>(by);
    offset[c] = static_cast<T>(detail::learnt(shift, c, 0.0) - static_cast<double>(mean[c]) * by);
  }
}

/// running = momentum * running + (1 - momentum) * batch * times / by, [channels] each.
template <class T>
void move_average(Index channels, double momentum, double times, double by, const T* batch,
                  T* running) {
  for (Index c = 0; c < channels; ++c) {
    const double to = static_cast<double>(batch[c]) * times / by;
    running[c] = static_cast<T>(momentum * static_cast<double>(running[c]) + (1.0 - momentum) * to);
  }
}

}  // namespace TWEED_NAMESPACE::kernels
