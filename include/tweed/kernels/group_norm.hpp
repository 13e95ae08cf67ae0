#pragma once

#include <tweed/kernels/column_moments.hpp>
#include <tweed/kernels/group_norm_pass.hpp>
#include <tweed/kernels/normalize.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Runs the steps `begin(n, place)`, `measure(n, part, place, worker)` for all parts, `finish(n,
/// place)` and `apply(n, part, place)` for all parts of each sample, one sample after another where
/// there is one for each thread: what was measured is still in the cache then. `place` is below
/// `threads`.
template <class Steps>
void run_samples(Index batch, Index parts, int threads, const Steps& steps) {
  if (batch >= threads || parts == 1) {
    parallel_for(batch, threads, [&](Index n, int worker) {
      steps.begin(n, worker);
      for (Index part = 0; part < parts; ++part) steps.measure(n, part, worker, worker);
      steps.finish(n, worker);
      for (Index part = 0; part < parts; ++part) steps.apply(n, part, worker);
    });
    return;
  }
  const auto place_of = [&](Index i) { return static_cast<int>(i / parts); };
  for (int n = 0; n < batch; ++n) steps.begin(n, n);
  parallel_for(batch * parts, threads, [&](Index i, int worker) {
    steps.measure(i / parts, i % parts, place_of(i), worker);
  });
  for (int n = 0; n < batch; ++n) steps.finish(n, n);
  parallel_for(batch * parts, threads,
               [&](Index i, int) { steps.apply(i / parts, i % parts, place_of(i)); });
}

/// What both directions have at hand; `Pass` is that of one of them.
template <class T, class Pass>
class GroupNormSteps {
 public:
  explicit GroupNormSteps(const Pass& pass)
      : pass_(pass),
        places_(scratch_, bytes_.of_sample(), pass.threads),
        workers_(scratch_, bytes_.of_thread(), pass.threads) {}

 protected:
  Index channels() const { return pass_.size.channels; }
  Index group_size() const { return channels() / pass_.groups; }
  /// How many numbers the whole batch has.
  Index numbers() const { return pass_.size.batch * pass_.size.sample_size(); }
  double numbers_of_group() const { return static_cast<double>(pass_.size.pixels * group_size()); }
  /// Where a part of a sample begins.
  Index at(Index n, Index part) const {
    return n * pass_.size.sample_size() + parts_.begin(part) * channels();
  }
  double scale(Index c) const {
    return pass_.scale == nullptr ? 1.0 : static_cast<double>(pass_.scale[c]);
  }
  /// What rounding takes from a mean.
  static double rest(const GroupMoments& m) {
    return m.mean - static_cast<double>(static_cast<T>(m.mean));
  }

  /// The normalizer of a sample from its moments [groups].
  void fill(const Centered<T>& to, const GroupMoments* moments) const {
    for (Index c = 0; c < channels(); ++c) {
      const GroupMoments& m = moments[c / group_size()];
      const double factor = scale(c) * m.inverse_deviation;
      const double shift = pass_.shift == nullptr ? 0.0 : static_cast<double>(pass_.shift[c]);
      to.center[c] = static_cast<T>(m.mean);
      to.factor[c] = static_cast<T>(factor);
      to.offset[c] = static_cast<T>(shift - rest(m) * factor);
    }
    for (T* const values : {to.center, to.factor, to.offset}) whole_.repeat(values);
  }

  const Pass& pass_;
  GroupNormBytes<T> bytes_{pass_.size, pass_.groups};
  SampleParts parts_{pass_.size.pixels, pass_.size.channels};
  WideRows whole_{pass_.size.pixels, pass_.size.channels};
  Scratch scratch_ = pass_.scratch;
  WorkerScratch places_;
  WorkerScratch workers_;
};

template <class T>
class GroupNormForwardSteps : GroupNormSteps<T, GroupNormForward<T>> {
 public:
  using GroupNormSteps<T, GroupNormForward<T>>::GroupNormSteps;

  void begin(Index, int) const {}

  void measure(Index n, Index part, int place, int worker) const {
    measure_groups(parts_.rows(part), pass_.groups, pass_.x + this->at(n, part),
                   pass_.x + this->at(n, 0), this->workers_.of(worker),
                   of(place).parts + part * pass_.groups);
  }

  void finish(Index n, int place) const {
    const Place p = of(place);
    for (Index g = 0; g < pass_.groups; ++g) {
      const MeanAndSquares m = together(p, g);
      p.moments[g] = {m.mean,
                      inverse_deviation(m.squares / this->numbers_of_group(), pass_.epsilon)};
    }
    if (pass_.moments != nullptr) {
      std::copy_n(p.moments, pass_.groups, pass_.moments + n * pass_.groups);
    }
    this->fill(p.centered, p.moments);
  }

  void apply(Index n, Index part, int place) const {
    const Index begin = this->at(n, part);
    normalize(parts_.rows(part), of(place).centered, pass_.x + begin, pass_.y + begin,
              this->numbers(), pass_.activation, 1);
  }

 private:
  using Base = GroupNormSteps<T, GroupNormForward<T>>;
  using Base::parts_;
  using Base::pass_;

  /// What is known of a sample.
  struct Place {
    Centered<T> centered;
    GroupMoments* moments;  // [groups]
    MeanAndSquares* parts;  // [parts,groups]
  };
  Place of(int place) const {
    Scratch scratch = this->places_.of(place);
    const auto centered = take_centered<T>(this->whole_, scratch);
    auto* const moments = scratch.take<GroupMoments>(pass_.groups);
    return {centered, moments, scratch.take<MeanAndSquares>(parts_.count() * pass_.groups)};
  }

  MeanAndSquares together(const Place& place, Index group) const {
    const auto of_part = [&](Index part) { return place.parts[part * pass_.groups + group]; };
    const auto numbers = [&](Index part) {
      return static_cast<double>(parts_.rows(part).pixels * this->group_size());
    };
    MeanAndSquares all{};
    for (Index part = 0; part < parts_.count(); ++part) {
      all.mean += numbers(part) / this->numbers_of_group() * of_part(part).mean;
    }
    for (Index part = 0; part < parts_.count(); ++part) {
      const double distance = of_part(part).mean - all.mean;
      all.squares += of_part(part).squares + numbers(part) * distance * distance;
    }
    return all;
  }
};

/// The sums over some pixels of g and of g times the distance from the center, `to` [2,channels],
/// for the gradients g that arrive behind the activation.
template <class T>
void sum_arriving(const WideRows& rows, const ArrivingGradient<T>& arriving, Scratch scratch,
                  T* to) {
  constexpr Index block_rows = 64;
  const Index width = rows.width();
  T* const sums = scratch.take<T>(2 * width);
  T* const block = scratch.take<T>(2 * width);
  std::fill_n(sums, 2 * width, T{});
  for (Index row = 0; row < rows.count();) {
    std::fill_n(block, 2 * width, T{});
    for (const Index stop = std::min(rows.count(), row + block_rows); row < stop; ++row) {
      arriving.for_each_pack_of(
          rows.begin(row), rows.size(row),
          [&](Index i, Index lanes, const Pack<T>& distance, const Pack<T>& g) {
            add_to(block + i, g, lanes);
            const auto product = multiply_add(g, distance, Pack<T>::load(block + width + i, lanes));
            product.store(block + width + i, lanes);
          });
    }
    for (Index i = 0; i < 2 * width; ++i) sums[i] += block[i];
  }
  for (Index i = 0; i < 2; ++i) {
    rows.fold(sums + i * width);
    std::copy_n(sums + i * width, rows.channels, to + i * rows.channels);
  }
}

template <class T>
class GroupNormBackwardSteps : GroupNormSteps<T, GroupNormBackward<T>> {
 public:
  explicit GroupNormBackwardSteps(const GroupNormBackward<T>& pass)
      : Base(pass), sample_sums_(this->scratch_.template take<T>(pass.size.batch * row())) {}

  void begin(Index n, int place) const { this->fill(of(place).centered, moments(n)); }

  void measure(Index n, Index part, int place, int worker) const {
    sum_arriving(parts_.rows(part), arriving(n, part, place), this->workers_.of(worker),
                 of(place).parts + part * row());
  }

  /// The sums of all parts, what they say of scale and shift, and what the gradient of the input
  /// takes of them.
  void finish(Index n, int place) const {
    const Place p = of(place);
    const Index size = this->group_size();
    for (Index g = 0; g < pass_.groups; ++g) {
      const GroupMoments& m = moments(n)[g];
      const double rest = Base::rest(m);
      double gradients = 0.0;
      double products = 0.0;
      for (Index c = g * size; c < (g + 1) * size; ++c) {
        const double gradient = over_parts(p, c);
        const double product =
            (over_parts(p, this->channels() + c) - rest * gradient) * m.inverse_deviation;
        sample_sums_[n * row() + c] = static_cast<T>(product);
        sample_sums_[n * row() + this->channels() + c] = static_cast<T>(gradient);
        gradients += this->scale(c) * gradient;
        products += this->scale(c) * product;
      }
      const double share = -m.inverse_deviation / this->numbers_of_group();
      const double slope = share * m.inverse_deviation * products;
      std::fill_n(p.by.slope + g * size, size, static_cast<T>(slope));
      std::fill_n(p.by.constant + g * size, size, static_cast<T>(share * gradients - slope * rest));
    }
    for (T* const values : {p.by.slope, p.by.constant}) this->whole_.repeat(values);
  }

  void apply(Index n, Index part, int place) const {
    if (pass_.dx == nullptr) return;
    apply_gradient(parts_.rows(part), arriving(n, part, place), of(place).by,
                   pass_.dx + this->at(n, part), this->numbers(), 1);
  }

  /// The gradients of scale and shift, from those of each sample.
  void finish_all() {
    T* const sums = this->scratch_.template take<T>(row());
    sum_parts(sample_sums_, pass_.size.batch, row(), sums, pass_.threads);
    if (pass_.scale_gradient != nullptr) std::copy_n(sums, this->channels(), pass_.scale_gradient);
    if (pass_.shift_gradient != nullptr) {
      std::copy_n(sums + this->channels(), this->channels(), pass_.shift_gradient);
    }
  }

 private:
  using Base = GroupNormSteps<T, GroupNormBackward<T>>;
  using Base::parts_;
  using Base::pass_;

  struct Place {
    Centered<T> centered;
    InputGradient<T> by;
    T* parts;  // [parts,2,channels]
  };
  Place of(int place) const {
    Scratch scratch = this->places_.of(place);
    const auto centered = take_centered<T>(this->whole_, scratch);
    T* const slope = scratch.take<T>(this->whole_.width());
    T* const constant = scratch.take<T>(this->whole_.width());
    return {centered, {slope, constant}, scratch.take<T>(parts_.count() * row())};
  }

  /// Two sums for each channel.
  Index row() const { return 2 * this->channels(); }
  const GroupMoments* moments(Index n) const { return pass_.moments + n * pass_.groups; }

  double over_parts(const Place& place, Index i) const {
    double sum = 0.0;
    for (Index part = 0; part < parts_.count(); ++part) {
      sum += static_cast<double>(place.parts[part * row() + i]);
    }
    return sum;
  }

  ArrivingGradient<T> arriving(Index n, Index part, int place) const {
    const Index begin = this->at(n, part);
    return {of(place).centered, pass_.x + begin, pass_.dy + begin, pass_.activation};
  }

  T* sample_sums_;  // [n,2,channels]
};

}  // namespace detail

template <class T>
void group_norm(const GroupNormForward<T>& pass) {
  const detail::GroupNormForwardSteps<T> steps(pass);
  const Index parts = SampleParts{pass.size.pixels, pass.size.channels}.count();
  detail::run_samples(pass.size.batch, parts, pass.threads, steps);
}

template <class T>
void group_norm_gradient(const GroupNormBackward<T>& pass) {
  detail::GroupNormBackwardSteps<T> steps(pass);
  const Index parts = SampleParts{pass.size.pixels, pass.size.channels}.count();
  detail::run_samples(pass.size.batch, parts, pass.threads, steps);
  if (pass.scale_gradient != nullptr || pass.shift_gradient != nullptr) steps.finish_all();
}

}  // namespace TWEED_NAMESPACE::kernels
