// The kernel of quantum states. The references' states are made once a batch; a step runs one circuit and
// multiplies with them as a matrix.
#include <algorithm>
#include <vector>

#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/kernel/kernel.h"
#include "ebit/cell/kernel/kernel_options.h"
#include "ebit/grad/adjoint.h"

namespace ebit::inline cell {
namespace {

// With r_j + i s_j the state of reference j and p + i q that of a sample, <phi_j|phi> = a_j + i b_j,
// a = r p + s q and b = r q - s p: [a, b] = P p + Q q with P = [r, -s] and Q = [s, r]. All states stay in the
// layout in which the circuit leaves them.
template <class T>
class StateKernel final : public Kernel<T> {
 public:
  using typename Kernel<T>::Scratch;

  StateKernel(const KernelOptions& options, std::size_t references, std::size_t numbers)
      : encoder_(find_gate_encoder(options.encoder)),
        kernels_(dense_kernels<T>()),
        program_(encoder_.build(static_cast<int>(numbers), static_cast<int>(numbers), options.repetitions)),
        references_(references),
        numbers_(numbers),
        dimension_(std::size_t{1} << numbers),
        own_(*this) {
    program_.bind({});
    for (AlignedVector<T>* part : {&p_, &q_}) part->resize(2 * references_ * dimension_);
    y_.resize(tiles_of<T>(references_) * numbers_ * kLanes<T>);
  }

  std::size_t kept_numbers() const override { return 2 * references_; }
  std::size_t sums() const override { return 4 * references_ * dimension_; }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<Memory>(*this); }

  void bind(const T* references, T /*log_width*/) override {
    for (std::size_t tile = 0; tile < tiles_of<T>(references_); ++tile) {
      T* const y = y_.data() + tile * numbers_ * kLanes<T>;
      for (std::size_t l = 0; l < kLanes<T>; ++l)
        for (std::size_t i = 0; i < numbers_; ++i)
          y[i * kLanes<T> + l] = references[reference(tile, l) * numbers_ + i];
      const Tile<T> psi = prepare(y, own_);
      for (std::size_t l = 0; l < kLanes<T> && exists(tile, l); ++l)
        for (std::size_t row = 0; row < dimension_; ++row) {
          const T re = psi.re[row * kLanes<T> + l], im = psi.im[row * kLanes<T> + l];
          p_[at(tile, l, row)] = re, p_[half() + at(tile, l, row)] = -im;
          q_[at(tile, l, row)] = im, q_[half() + at(tile, l, row)] = re;
        }
    }
  }

  void forward(const T* y, T* k, T* kept, Scratch& scratch) const override {
    const Tile<T> psi = prepare(y, static_cast<Memory&>(scratch));
    std::fill_n(kept, 2 * count(), T(0));
    kernels_.product(matrix(p_), psi.re, kept);
    kernels_.product(matrix(q_), psi.im, kept);
    for (std::size_t j = 0; j < count(); ++j)
      k[j] = kept[j] * kept[j] + kept[count() + j] * kept[count() + j];
  }

  void backward(const T* y, const T* kept, T* d_k, T* d_y, double* d_sums, Scratch& scratch) const override {
    Memory& m = static_cast<Memory&>(scratch);
    const Tile<T> psi = prepare(y, m);
    for (std::size_t part = 0; part < 2; ++part)
      for (std::size_t j = 0; j < count(); ++j)
        m.d_kept[part * count() + j] = 2 * d_k[j] * kept[part * count() + j];
    if (d_sums) {
      kernels_.outer(m.d_kept.data(), 2 * references_, psi.re, dimension_, 1, d_sums);
      kernels_.outer(m.d_kept.data(), 2 * references_, psi.im, dimension_, 1, d_sums + 2 * half());
    }
    const Tile<T> g = m.g.tile(0);
    std::fill_n(g.re, g.numbers(), T(0));
    std::fill_n(g.im, g.numbers(), T(0));
    kernels_.product(matrix(p_).transposed(), m.d_kept.data(), g.re);
    kernels_.product(matrix(q_).transposed(), m.d_kept.data(), g.im);
    undo(y, m, d_y);
  }

  void finish(const double* d_sums, double* d_references, double* /*d_log_width*/) override {
    if (!d_references) return;
    const double *const d_p = d_sums, *const d_q = d_sums + 2 * half();
    for (std::size_t tile = 0; tile < tiles_of<T>(references_); ++tile) {
      const T* const y = y_.data() + tile * numbers_ * kLanes<T>;
      prepare(y, own_);
      const Tile<T> g = own_.g.tile(0);
      for (std::size_t l = 0; l < kLanes<T>; ++l)
        for (std::size_t row = 0; row < dimension_; ++row) {
          const std::size_t j = at(tile, l, row);
          const bool real = exists(tile, l);
          g.re[row * kLanes<T> + l] = real ? static_cast<T>(d_p[j] + d_q[half() + j]) : T(0);
          g.im[row * kLanes<T> + l] = real ? static_cast<T>(d_q[j] - d_p[half() + j]) : T(0);
        }
      std::ranges::fill(own_.d_y, T(0));
      undo(y, own_, own_.d_y.data());
      for (std::size_t l = 0; l < kLanes<T> && exists(tile, l); ++l)
        for (std::size_t i = 0; i < numbers_; ++i)
          d_references[reference(tile, l) * numbers_ + i] += own_.d_y[i * kLanes<T> + l];
    }
  }

 private:
  struct Memory final : Scratch {
    StateBatch<T> psi, g;
    LaneMatrices<T> lanes;
    AlignedVector<T> angles, d_angles, slopes;  // [angles of the map]
    AlignedVector<T> d_kept;                    // [2 R]
    AlignedVector<T> d_y;                       // [n]

    explicit Memory(const StateKernel& kernel)
        : psi(static_cast<int>(kernel.numbers_), kLanes<T>), g(static_cast<int>(kernel.numbers_), kLanes<T>) {
      const auto own = static_cast<std::size_t>(kernel.encoder_.angles(static_cast<int>(kernel.numbers_)));
      for (AlignedVector<T>* array : {&angles, &d_angles, &slopes}) array->resize(own * kLanes<T>);
      d_kept.resize(2 * kernel.references_ * kLanes<T>);
      d_y.resize(kernel.numbers_ * kLanes<T>);
    }
  };

  std::size_t count() const { return references_ * kLanes<T>; }
  std::size_t half() const { return references_ * dimension_; }
  bool exists(std::size_t tile, std::size_t lane) const { return tile * kLanes<T> + lane < references_; }
  std::size_t reference(std::size_t tile, std::size_t lane) const {
    return std::min(tile * kLanes<T> + lane, references_ - 1);
  }
  std::size_t at(std::size_t tile, std::size_t lane, std::size_t row) const {
    return reference(tile, lane) * dimension_ + row;
  }
  MatrixView<T> matrix(const AlignedVector<T>& part) const {
    return {part.data(), 2 * references_, dimension_, dimension_, 1};
  }

  // The states of y, in the circuit's last layout.
  Tile<T> prepare(const T* y, Memory& m) const {
    encode(encoder_, gate_kernels<T>(), static_cast<int>(numbers_), y, m.angles.data(), m.slopes.data());
    program_.bind_lanes(m.angles.data(), m.lanes);
    const Tile<T> psi = m.psi.tile(0);
    program_.run_from_zero(psi, &m.lanes);
    return psi;
  }

  // d_y += what the cotangent of the prepared state in m.g says; uses both up.
  void undo(const T* y, Memory& m, T* d_y) const {
    std::ranges::fill(m.d_angles, T(0));
    adjoint_backward_from_zero(program_, &m.lanes, m.angles.data(), m.psi.tile(0), m.g.tile(0),
                               {nullptr, m.d_angles.data()});
    encode_backward(encoder_, static_cast<int>(numbers_), y, m.slopes.data(), m.d_angles.data(), d_y);
  }

  const GateEncoder& encoder_;
  const DenseKernels<T>& kernels_;
  Program<T> program_;
  std::size_t references_, numbers_, dimension_;
  AlignedVector<T> p_, q_;  // [2 R, 2^n]
  AlignedVector<T> y_;      // [tiles of references, n, kLanes] as bound
  Memory own_;              // for the references
};

}  // namespace

template <class T>
std::unique_ptr<Kernel<T>> make_state_kernel(const KernelOptions& options, std::size_t references,
                                             std::size_t numbers) {
  return std::make_unique<StateKernel<T>>(options, references, numbers);
}

template std::unique_ptr<Kernel<float>> make_state_kernel(const KernelOptions&, std::size_t, std::size_t);
template std::unique_ptr<Kernel<double>> make_state_kernel(const KernelOptions&, std::size_t, std::size_t);

}  // namespace ebit::inline cell
