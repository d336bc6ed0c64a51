// The kernel of quantum states as a device measures it: a circuit of both vectors for each reference.
#include <algorithm>

#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/kernel/kernel.h"
#include "ebit/cell/kernel/kernel_options.h"

namespace ebit::inline cell {
namespace {

template <class T>
class OverlapKernel final : public Kernel<T> {
 public:
  using typename Kernel<T>::Scratch;

  OverlapKernel(const KernelOptions& options, std::size_t references, std::size_t numbers)
      : encoder_(find_gate_encoder(options.encoder)),
        circuit_(
            overlap_circuit(options),
            NoisyReadout::all_zero(options.qubits, options.noisy.model(), options.noisy.mitigation.readout),
            options.noisy),
        references_(references),
        numbers_(numbers),
        angles_(static_cast<std::size_t>(encoder_.angles(static_cast<int>(numbers)))) {
    circuit_.bind({});
    for (AlignedVector<T>* array : {&bound_, &slopes_}) array->resize(references_ * row());
    y_.resize(references_ * numbers_ * kLanes<T>);
    d_angles_.resize(row()), d_y_.resize(numbers_ * kLanes<T>);
  }

  std::size_t kept_numbers() const override { return 0; }
  std::size_t sums() const override { return references_ * angles_; }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<Memory>(*this); }

  // Every lane has the reference: it is the samples' lane that differs.
  void bind(const T* references, T /*log_width*/) override {
    for (std::size_t j = 0; j < references_; ++j) {
      T* const y = y_.data() + j * numbers_ * kLanes<T>;
      for (std::size_t i = 0; i < numbers_; ++i)
        std::fill_n(y + i * kLanes<T>, kLanes<T>, references[j * numbers_ + i]);
      encode(encoder_, gate_kernels<T>(), static_cast<int>(numbers_), y, bound_.data() + j * row(),
             slopes_.data() + j * row());
    }
  }

  void forward(const T* y, T* k, T* /*kept*/, Scratch& scratch) const override {
    Memory& m = static_cast<Memory&>(scratch);
    prepare(y, m);
    for (std::size_t j = 0; j < references_; ++j)
      circuit_.forward(angles_of(j, m), draws_of(j, m), *m.noisy, k + j * kLanes<T>);
  }

  void backward(const T* y, const T* /*kept*/, T* d_k, T* d_y, double* d_sums,
                Scratch& scratch) const override {
    Memory& m = static_cast<Memory&>(scratch);
    prepare(y, m);
    std::ranges::fill(m.d_own, T(0));
    for (std::size_t j = 0; j < references_; ++j) {
      std::ranges::fill(m.d_angles, T(0));
      circuit_.backward(angles_of(j, m), d_k + j * kLanes<T>, draws_of(j, m), *m.noisy,
                        {nullptr, m.d_angles.data()});
      for (std::size_t i = 0; i < row(); ++i) m.d_own[i] += m.d_angles[i];
      for (std::size_t i = 0; d_sums && i < row(); ++i)
        d_sums[j * angles_ + i / kLanes<T>] += m.d_angles[row() + i];
    }
    encode_backward(encoder_, static_cast<int>(numbers_), y, m.slopes.data(), m.d_own.data(), d_y);
  }

  // The sum over samples goes back through lane 0.
  void finish(const double* d_sums, double* d_references, double* /*d_log_width*/) override {
    if (!d_references) return;
    for (std::size_t j = 0; j < references_; ++j) {
      std::ranges::fill(d_y_, T(0));
      for (std::size_t i = 0; i < angles_; ++i)
        d_angles_[i * kLanes<T>] = static_cast<T>(d_sums[j * angles_ + i]);
      encode_backward(encoder_, static_cast<int>(numbers_), y_.data() + j * numbers_ * kLanes<T>,
                      slopes_.data() + j * row(), d_angles_.data(), d_y_.data());
      for (std::size_t i = 0; i < numbers_; ++i) d_references[j * numbers_ + i] += d_y_[i * kLanes<T>];
    }
  }

 private:
  struct Memory final : Scratch {
    std::unique_ptr<NoisyCircuitWorkspace<T>> noisy;
    AlignedVector<T> angles, d_angles;  // [2 A] of a sample and of a reference
    AlignedVector<T> slopes, d_own;     // [A] of a sample

    explicit Memory(const OverlapKernel& kernel) : noisy(kernel.circuit_.workspace()) {
      for (AlignedVector<T>* array : {&angles, &d_angles}) array->resize(2 * kernel.row());
      for (AlignedVector<T>* array : {&slopes, &d_own}) array->resize(kernel.row());
    }
  };

  std::size_t row() const { return angles_ * kLanes<T>; }
  void prepare(const T* y, Memory& m) const {
    encode(encoder_, gate_kernels<T>(), static_cast<int>(numbers_), y, m.angles.data(), m.slopes.data());
  }
  const T* angles_of(std::size_t j, Memory& m) const {
    std::copy_n(bound_.data() + j * row(), row(), m.angles.data() + row());
    return m.angles.data();
  }
  CircuitDraws draws_of(std::size_t j, const Memory& m) const {
    return {random_seed(m.draws.seed, j), m.draws.stream, m.draws.step};
  }

  const GateEncoder& encoder_;
  NoisyCircuit<T> circuit_;
  std::size_t references_, numbers_, angles_;
  AlignedVector<T> bound_, slopes_;  // [R, A, kLanes] of the references
  AlignedVector<T> y_;               // [R, n, kLanes] as bound
  AlignedVector<T> d_angles_, d_y_;  // of finish()
};

}  // namespace

template <class T>
std::unique_ptr<Kernel<T>> make_overlap_kernel(const KernelOptions& options, std::size_t references,
                                               std::size_t numbers) {
  return std::make_unique<OverlapKernel<T>>(options, references, numbers);
}

template std::unique_ptr<Kernel<float>> make_overlap_kernel(const KernelOptions&, std::size_t, std::size_t);
template std::unique_ptr<Kernel<double>> make_overlap_kernel(const KernelOptions&, std::size_t, std::size_t);

}  // namespace ebit::inline cell
