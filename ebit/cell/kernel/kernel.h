// The table of kernels: how near the numbers of a step are to reference vectors, with exact derivatives.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "ebit/base/aligned.h"
#include "ebit/cell/noisy/noisy_circuit.h"
#include "ebit/sim/state.h"

namespace ebit::inline cell {

struct KernelOptions;

/// k(y, r_j) of a sample's numbers y [n] and of R reference vectors, for one tile of samples at a time.
template <class T>
class Kernel {
 public:
  /// Memory for a tile; make one a thread and reuse it.
  struct Scratch {
    virtual ~Scratch() = default;
    CircuitDraws draws = {};  ///< of the next pass, where outcomes are drawn
  };
  Kernel() = default;
  Kernel(const Kernel&) = delete;             ///< what was bound is its own
  Kernel& operator=(const Kernel&) = delete;  ///< likewise
  virtual ~Kernel() = default;                ///< frees it

  virtual std::size_t kept_numbers() const = 0;  ///< numbers of a sample that backward() needs of forward()
  virtual std::size_t sums() const = 0;          ///< of backward(), that finish() makes gradients of
  virtual std::unique_ptr<Scratch> make_scratch()
      const = 0;  ///< throws Error where the machine has too little

  /// Takes the references of a batch; must come before the first forward().
  /// @param references [R, n]. @param log_width of the kernels that have a width, else 0.
  virtual void bind(const T* references, T log_width) = 0;

  /// @param y [n, kLanes]. @param k [R, kLanes], written. @param kept [kept_numbers(), kLanes], written.
  virtual void forward(const T* y, T* k, T* kept, Scratch& scratch) const = 0;

  /// Vector-Jacobian product of forward() at the same y, with what it kept. @param d_k [R, kLanes]; used up.
  /// @param d_y [n, kLanes], added to. @param d_sums [sums()], added to; null: not wanted.
  virtual void backward(const T* y, const T* kept, T* d_k, T* d_y, double* d_sums,
                        Scratch& scratch) const = 0;

  /// Adds the gradients of what was bound. @param d_sums [sums()] over the whole batch. @param d_references
  /// [R, n]; null: not wanted. @param d_log_width likewise.
  virtual void finish(const double* d_sums, double* d_references, double* d_log_width) = 0;
};

/// A row of the table of kernels.
struct KernelRow {
  std::string_view name;    ///< as users type it
  std::string_view help;    ///< one line: the formula
  std::string_view source;  ///< the paper
  bool mapped;              ///< a feature map decides it
  bool has_width;           ///< a width decides it
};

/// All kernels.
std::span<const KernelRow> kernels_of_cells();

/// The kernel called `name`. Throws Error with the nearest name where there is none.
const KernelRow& find_kernel(std::string_view name);

/// The kernel of checked options for `references` reference vectors of `numbers` numbers.
template <class T>
std::unique_ptr<Kernel<T>> make_kernel(const KernelOptions& options, std::size_t references,
                                       std::size_t numbers);

/// The kernels that make_kernel() chooses from, each in a file of its own; the one of quantum states on a
/// device is that of overlaps.
template <class T>
std::unique_ptr<Kernel<T>> make_state_kernel(const KernelOptions& options, std::size_t references,
                                             std::size_t numbers);
template <class T>
std::unique_ptr<Kernel<T>> make_overlap_kernel(const KernelOptions& options, std::size_t references,
                                               std::size_t numbers);  ///< likewise
template <class T>
std::unique_ptr<Kernel<T>> make_cosine_kernel(const KernelOptions& options, std::size_t references,
                                              std::size_t numbers);  ///< likewise
template <class T>
std::unique_ptr<Kernel<T>> make_rbf_kernel(const KernelOptions& options, std::size_t references,
                                           std::size_t numbers);  ///< likewise

}  // namespace ebit::inline cell
