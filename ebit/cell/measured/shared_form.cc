// Form "shared": a letter's numbers are the same on every qubit, so that they make a cell of any size.
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

#include "ebit/cell/measured/measured_form.h"
#include "ebit/sim/kernels.h"

namespace ebit::inline cell {
namespace {

constexpr std::size_t kLetters = 4, kAngles = 3, kAxes = 3;

// W = RX(c) RY(b) RZ(a) on each qubit, controlled RX(phi) from it to a measured wire in |0>, a phase chi on
// |1>, W^-1. The rotations of the wire add up: of amplitude b it has angle Phi_b, the sum of phi over the
// qubits that are 1, so that half_b = Phi_b / 2.
template <class T>
class SharedForm final : public MeasuredForm<T> {
  static constexpr std::size_t kW = kLanes<T>;
  static constexpr std::size_t kMatrix = kernels::kLocalNumbers;

 public:
  explicit SharedForm(const MeasuredOptions& o)
      : qubits_(static_cast<std::size_t>(o.qubits())), kernels_(kernels::kernel_table<T>()) {
    const InitialRange range{.low = o.init_low, .high = o.init_high};
    add_segment(segments_, "turns", {kLetters, kAngles}, range, SegmentKind::kQuantum);
    add_segment(segments_, "couplings", {kLetters}, range, SegmentKind::kQuantum);
    add_segment(segments_, "phases", {kLetters}, range, SegmentKind::kQuantum);
    const Layout layout(static_cast<int>(qubits_));
    for (std::size_t first = 0; first < qubits_; first += kMaxFused) {
      std::vector<std::size_t> x, z;
      for (std::size_t q = first; q < std::min(first + kMaxFused, qubits_); ++q)
        x.push_back(layout.x_mask(static_cast<int>(q))), z.push_back(layout.z_mask(static_cast<int>(q)));
      placements_.push_back(kernels::place(x, z));
    }
  }

  const std::vector<Segment>& segments() const override { return segments_; }
  std::size_t matrix_numbers() const override { return qubits_ * kMatrix; }
  std::size_t settings() const override { return qubits_; }
  // Im<g|X, Y, Z|psi> of each letter, then d phi, d chi.
  std::size_t sums() const override { return kLetters * (kAxes + 2); }

  void bind(const T* parameters) override {
    using C = std::complex<double>;
    for (std::size_t k = 0; k < kLetters; ++k) {
      const Own own = of(parameters, k);
      const C i(0, 1);
      const C za = std::exp(-i * own.a / 2.0), zb = std::exp(i * own.a / 2.0);
      const double c = std::cos(own.b / 2), s = std::sin(own.b / 2);
      const C first[4] = {c * za, -s * zb, s * za, c * zb};  // RY RZ
      const C cx = std::cos(own.c / 2), sx = -i * std::sin(own.c / 2);
      const C w[4] = {cx * first[0] + sx * first[2], cx * first[1] + sx * first[3],
                      sx * first[0] + cx * first[2], sx * first[1] + cx * first[3]};
      for (std::size_t e = 0; e < 4; ++e)
        letters_[k].matrix[e] = static_cast<T>(w[e].real()),
        letters_[k].matrix[4 + e] = static_cast<T>(w[e].imag());
      letters_[k].half = own.phi / 2, letters_[k].phase = own.chi;
      // The axis of each angle behind the rotations that follow it.
      const double sb = std::sin(own.b), cb = std::cos(own.b), sc = std::sin(own.c), cc = std::cos(own.c);
      axes_[k] = {{{sb, -cb * sc, cb * cc}, {0, cc, sc}, {1, 0, 0}}};
    }
    letters_[kLetters].matrix = {1, 0, 0, 1, 0, 0, 0, 0};  // no letter: nothing is done
    for (std::size_t k = 0; k <= kLetters; ++k)
      factor_[k] = {static_cast<T>(std::cos(letters_[k].half)), static_cast<T>(std::sin(letters_[k].half)),
                    static_cast<T>(std::cos(letters_[k].phase)), static_cast<T>(std::sin(letters_[k].phase))};
  }

  void load(const T* x, Measurement<T>& m) const override {
    for (std::size_t q = 0; q < qubits_; ++q) {
      T* const matrix = m.matrices.data() + q * kMatrix * kW;
      for (std::size_t l = 0; l < kW; ++l) {
        int letter = -1;
        for (std::size_t k = 0; k < kLetters; ++k)
          if (x[(q * kLetters + k) * kW + l] != 0) letter = static_cast<int>(k);
        m.setting[q * kW + l] = letter;
        const auto& own = letters_[slot(letter)].matrix;
        for (std::size_t e = 0; e < kMatrix; ++e) matrix[e * kW + l] = own[e];
      }
    }
    multiply_factors(m);
  }

  void turn(const Tile<T>& psi, bool back, Measurement<T>& m) const override {
    for (std::size_t g = 0; g < placements_.size(); ++g) {
      const T* matrices[kMaxFused];
      for (std::size_t t = 0; t < targets(g); ++t)
        matrices[t] = m.matrices.data() + (g * kMaxFused + t) * kMatrix * kW;
      kernels_.local[targets(g) - 1][0][back](psi, placements_[g], matrices);
    }
  }

  // With dW = -i/2 (n . sigma) W d(angle), the derivative is half of n . Im<g|sigma|psi>; of W^-1 the same
  // with the opposite sign.
  void turn_backward(const typename MeasuredForm<T>::Turned& s, Measurement<T>& m) const override {
    alignas(kAlignment) T front[kMaxFused * kernels::kOverlaps * kW], back[sizeof(front) / sizeof(T)];
    for (std::size_t g = 0; g < placements_.size(); ++g) {
      const auto overlaps = kernels_.local_overlap[targets(g) - 1][0];
      overlaps(s.psi, s.g, placements_[g], front);
      overlaps(s.kept, s.g_kept, placements_[g], back);
      for (std::size_t t = 0; t < targets(g); ++t)
        for (std::size_t l = 0; l < kW; ++l) {
          const int letter = m.setting[(g * kMaxFused + t) * kW + l];
          if (letter < 0 || s.weight[l] == 0) continue;
          const auto of = [&](std::size_t o) {
            const std::size_t at = (t * kernels::kOverlaps + o) * kW + l;
            return static_cast<double>(front[at]) - static_cast<double>(back[at]);
          };
          double* const sum = m.sums + static_cast<std::size_t>(letter) * kAxes;
          sum[0] += of(0), sum[1] += of(1), sum[2] += of(2) - of(3);
        }
    }
  }

  // A qubit's angles have the cotangents of all amplitudes where it is 1; then those are folded onto others.
  void factors_backward(Measurement<T>& m) const override {
    for (std::size_t q = 0, half = m.cosine.size() / kW / 2; q < qubits_; ++q, half /= 2) {
      T d_half[kW] = {}, d_phase[kW] = {};
      for (std::size_t b = 0; b < half * kW; b += kW)
        for (std::size_t l = 0; l < kW; ++l) {
          const std::size_t at = b + l, one = at + half * kW;
          d_half[l] += m.d_half[one], d_phase[l] += m.d_phase[one];
          m.d_half[at] += m.d_half[one], m.d_phase[at] += m.d_phase[one];
        }
      for (std::size_t l = 0; l < kW; ++l) {
        const int letter = m.setting[q * kW + l];
        if (letter < 0) continue;
        double* const sum = m.sums + kLetters * kAxes + static_cast<std::size_t>(letter);
        sum[0] += static_cast<double>(d_half[l]) / 2, sum[kLetters] += static_cast<double>(d_phase[l]);
      }
    }
  }

  void add_gradient(const double* sums, double* d) const override {
    for (std::size_t k = 0; k < kLetters; ++k) {
      for (std::size_t a = 0; a < kAngles; ++a)
        for (std::size_t axis = 0; axis < kAxes; ++axis)
          d[k * kAngles + a] += axes_[k][a][axis] * sums[k * kAxes + axis] / 2;
      d[kLetters * kAngles + k] += sums[kLetters * kAxes + k];
      d[kLetters * (kAngles + 1) + k] += sums[kLetters * (kAxes + 1) + k];
    }
  }

 private:
  struct Own {
    double a, b, c, phi, chi;
  };
  struct Letter {
    std::array<T, kMatrix> matrix = {};
    double half = 0, phase = 0;
  };
  struct Factor {
    T cosine, sine, re, im;
  };

  static Own of(const T* p, std::size_t k) {
    return {static_cast<double>(p[k * kAngles]), static_cast<double>(p[k * kAngles + 1]),
            static_cast<double>(p[k * kAngles + 2]), static_cast<double>(p[kLetters * kAngles + k]),
            static_cast<double>(p[kLetters * (kAngles + 1) + k])};
  }
  static std::size_t slot(int letter) { return letter < 0 ? kLetters : static_cast<std::size_t>(letter); }
  std::size_t targets(std::size_t group) const {
    return static_cast<std::size_t>(placements_[group].targets);
  }

  // Amplitude by amplitude, from those of the last qubits to all: angles add, so that factors multiply.
  void multiply_factors(Measurement<T>& m) const {
    std::fill_n(m.cosine.begin(), kW, T(1)), std::fill_n(m.sine.begin(), kW, T(0));
    std::fill_n(m.re.begin(), kW, T(1)), std::fill_n(m.im.begin(), kW, T(0));
    for (std::size_t q = qubits_, filled = 1; q-- > 0; filled *= 2) {
      alignas(kAlignment) T c[kW], s[kW], x[kW], y[kW];
      for (std::size_t l = 0; l < kW; ++l) {
        const Factor& own = factor_[slot(m.setting[q * kW + l])];
        c[l] = own.cosine, s[l] = own.sine, x[l] = own.re, y[l] = own.im;
      }
      for (std::size_t b = 0; b < filled * kW; b += kW)
#pragma omp simd
        for (std::size_t l = 0; l < kW; ++l) {
          const std::size_t from = b + l, to = from + filled * kW;
          m.cosine[to] = m.cosine[from] * c[l] - m.sine[from] * s[l];
          m.sine[to] = m.cosine[from] * s[l] + m.sine[from] * c[l];
          m.re[to] = m.re[from] * x[l] - m.im[from] * y[l];
          m.im[to] = m.re[from] * y[l] + m.im[from] * x[l];
        }
    }
  }

  std::size_t qubits_;
  const kernels::KernelTable<T>& kernels_;
  std::vector<Segment> segments_;
  std::vector<kernels::Placement> placements_;  // of up to kMaxFused qubits each
  std::array<Letter, kLetters + 1> letters_ = {};
  std::array<Factor, kLetters + 1> factor_ = {};
  std::array<std::array<std::array<double, kAxes>, kAngles>, kLetters> axes_ = {};
};

}  // namespace

template <class T>
std::unique_ptr<MeasuredForm<T>> make_shared_form(const MeasuredOptions& options) {
  return std::make_unique<SharedForm<T>>(options);
}

template std::unique_ptr<MeasuredForm<float>> make_shared_form(const MeasuredOptions&);
template std::unique_ptr<MeasuredForm<double>> make_shared_form(const MeasuredOptions&);

}  // namespace ebit::inline cell
