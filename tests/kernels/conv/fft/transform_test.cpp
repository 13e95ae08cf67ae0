#include <tweed/kernels/conv/fft/tile.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <vector>

using namespace tweed;
using namespace tweed::kernels;

namespace {

using Complex = std::complex<double>;
constexpr Index lanes = Pack<double>::width;

/// A different sequence in each lane.
double number(int position, Index lane) {
  return std::sin(static_cast<double>(position * position + 1) + 0.7 * static_cast<double>(lane));
}

Pack<double> pack_of(int position) {
  std::array<double, lanes> values{};
  for (Index lane = 0; lane < lanes; ++lane) {
    values[static_cast<std::size_t>(lane)] = number(position, lane);
  }
  return Pack<double>::load(values.data());
}

double lane_of(const Pack<double>& pack, Index lane) {
  std::array<double, lanes> values{};
  pack.store(values.data());
  return values[static_cast<std::size_t>(lane)];
}

Complex lane_of(const ComplexPack<double>& pack, Index lane) {
  return {lane_of(pack.re, lane), lane_of(pack.im, lane)};
}

Complex turn(int k, int n) { return std::polar(1.0, 2.0 * std::numbers::pi * (k % n) / n); }

template <int n>
void check_transforms() {
  CAPTURE(n);
  using Transform = fft::Transform<n, double>;
  Pack<double> x[n];
  ComplexPack<double> z[n];
  for (int j = 0; j < n; ++j) {
    x[j] = pack_of(j);
    z[j] = {pack_of(j), pack_of(j + n)};
  }
  ComplexPack<double> real[n / 2 + 1];
  ComplexPack<double> down[n];
  ComplexPack<double> up[n];
  Transform::real(x, real);
  Transform::template complex<-1>(z, down);
  Transform::template complex<1>(z, up);
  for (Index lane = 0; lane < lanes; ++lane) {
    for (int k = 0; k < n; ++k) {
      Complex of_x, of_z_down, of_z_up;
      for (int j = 0; j < n; ++j) {
        const Complex value{number(j, lane), number(j + n, lane)};
        of_x += value.real() * std::conj(turn(j * k, n));
        of_z_down += value * std::conj(turn(j * k, n));
        of_z_up += value * turn(j * k, n);
      }
      if (k <= n / 2) CHECK(std::abs(lane_of(real[k], lane) - of_x) < 1e-13);
      CHECK(std::abs(lane_of(down[k], lane) - of_z_down) < 1e-13);
      CHECK(std::abs(lane_of(up[k], lane) - of_z_up) < 1e-13);
    }
  }
  Pack<double> back[n];
  Transform::inverse_real(real, back);
  for (int j = 0; j < n; ++j) CHECK(std::abs(lane_of(back[j], 0) / n - number(j, 0)) < 1e-14);
}

template <int n>
void check_tile() {
  CAPTURE(n);
  fft::Tile<n, double> spectrum;
  for (int y = 0; y < n; ++y) {
    Pack<double> row[n];
    for (int x = 0; x < n; ++x) row[x] = pack_of(y * n + x);
    if (y == 1) {
      spectrum.clear_row(y);
    } else {
      spectrum.set_row(y, row);
    }
  }
  auto stored = spectrum;
  std::vector<double> slots(n * n * lanes);
  stored.to_slots(slots.data(), {lanes});
  // The lowest frequency is the sum of all, and the energy is n * n times that of the tile.
  double sum = 0.0;
  double energy = 0.0;
  for (int i = 0; i < n * n; ++i) {
    if (i / n == 1) continue;
    sum += number(i, 0);
    energy += number(i, 0) * number(i, 0);
  }
  CHECK(slots[0] == doctest::Approx(sum));
  double spectrum_energy = 0.0;
  for (Index slot = 0; slot < n * n; ++slot) {
    const double value = slots[static_cast<std::size_t>(slot * lanes)];
    spectrum_energy += (slot < fft::real_count(n) ? 1.0 : 2.0) * value * value;
  }
  CHECK(spectrum_energy == doctest::Approx(n * n * energy));

  fft::Tile<n, double> back;
  back.from_slots(slots.data(), {lanes});
  for (int y = 0; y < n; ++y) {
    Pack<double> row[n];
    back.get_row(y, row);
    for (int x = 0; x < n; ++x) {
      const double expected = y == 1 ? 0.0 : number(y * n + x, 0);
      CHECK(std::abs(lane_of(row[x], 0) / (n * n) - expected) < 1e-14);
    }
  }
}

}  // namespace

TEST_CASE("sines and cosines of whole fractions of a turn are exact to rounding") {
  for (const int n : {1, 2, 3, 5, 7, 8, 9, 16, 32}) {
    for (int k = -2 * n; k <= 2 * n; ++k) {
      const double angle = 2.0 * std::numbers::pi * k / n;
      CHECK(std::abs(fft::cosine(k, n) - std::cos(angle)) < 2e-15);
      CHECK(std::abs(fft::sine(k, n) - std::sin(angle)) < 2e-15);
    }
  }
  static_assert(fft::cosine(1, 4) == 0.0);
  static_assert(fft::sine(1, 4) == 1.0);
}

TEST_CASE("transforms of a line agree with the definition") {
  check_transforms<8>();
  check_transforms<9>();
  check_transforms<16>();
  check_transforms<32>();
}

TEST_CASE("transforms of a tile keep its sum and energy, and lead back") {
  check_tile<8>();
  check_tile<9>();
  check_tile<16>();
  check_tile<32>();
}
