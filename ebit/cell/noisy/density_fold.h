// A noisy step as one matrix: what is read and what is kept, as linear functions of what enters.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/noise/density_program.h"

namespace ebit::inline cell {

/// M numbers behind a circuit of shared angles: expectation values, then the ancilla's density matrix behind
/// `rest`, each Re Tr(W_m^+ rho) with rho in front of the circuit. The W_m are what the circuit's adjoint
/// makes of the observables, once a batch; a step of a tile is then a product of a real matrix [M, N] with x.
///
/// rho enters as its Hermitian part, as N numbers x: of any rho the 4^n numbers of that matrix; of a product
/// s s^T (x) A with real s all s_i s_ii (i <= ii) times the numbers of A. Real parts stand in front of
/// imaginary ones. Where all gates are real, and so all channels, real and imaginary parts do not meet: the
/// matrix has two blocks, and two operators lie in one, as its real and its imaginary part.
template <class T>
class DensityFold {
 public:
  /// How rho is given.
  enum class Input {
    kAny,      ///< as a density matrix of all wires
    kProduct,  ///< as s s^T (x) A
  };

  /// @param circuit on all wires. @param rest acts behind what is read, without gates.
  /// @param coherences all of the ancilla's density matrix; false: its diagonal.
  DensityFold(const Circuit& circuit, const Circuit& rest, std::span<const Observable> terms,
              RegisterShape shape, bool coherences, Input input);

  std::size_t rows() const { return rows_; }               ///< M
  std::size_t columns() const { return columns_.size(); }  ///< N
  std::size_t sums() const;                                ///< numbers of the matrix's blocks

  /// Evaluates the matrix. @param shared [shared_parameters] of the circuit and more.
  void bind(std::span<const T> shared);

  void pack(const Tile<T>& rho, T* x) const;          ///< x of any rho; [N, kLanes]
  void unpack(const T* d_x, const Tile<T>& g) const;  ///< the vector-Jacobian product of pack(); g is written
  /// x of a product. @param s [2^n_s, kLanes]. @param ancilla A, [2, 4^n_a, kLanes]. @param scratch [4^n_a,
  /// kLanes].
  void products(const T* s, const T* ancilla, T* scratch, T* x) const;
  /// Its vector-Jacobian product. @param g_s added to. @param g_ancilla written.
  void products_backward(const T* s, const T* ancilla, const T* d_x, T* scratch, T* g_s, T* g_ancilla) const;

  void apply(const T* x, T* values) const;               ///< values = matrix x; [M, kLanes]
  void apply_backward(const T* d_values, T* d_x) const;  ///< its vector-Jacobian product in x; written

  /// The ancilla's density matrix of values: [2, 4^n_a, kLanes]; without coherences [2^n_a, kLanes].
  void memory(const T* values, T* ancilla) const;
  void memory_backward(const T* d_ancilla, T* d_values) const;  ///< writes the rows of the memory

  /// Steps whose outer products d x^T are summed at once.
  struct Pairs {
    std::array<AlignedVector<T>, 2> x;  ///< of each block [kMostPairs, columns, kLanes]
    std::array<AlignedVector<T>, 2> d;  ///< of each block [kMostPairs, rows, kLanes]
    std::size_t count = 0;              ///< filled
  };
  Pairs make_pairs() const;  ///< room for kMostPairs
  /// Keeps a step; where there is no room for another, flushes.
  void keep(Pairs& pairs, const T* x, const T* d_values, double* sums) const;
  void flush(Pairs& pairs, double* sums) const;  ///< adds to sums [sums()]

  /// Adds the derivatives in the shared angles from those in the matrix.
  void add_gradient(const double* sums, double* d_shared);

 private:
  static constexpr std::size_t kMostPairs = 16;

  // A number of x: the sum of entries of W with their signs that it is multiplied by.
  struct Column {
    bool imaginary = false;  // of the imaginary parts of W
    int count = 0;
    std::array<std::uint32_t, 4> entry{};
    std::array<std::int8_t, 4> sign{};

    void add(std::size_t at, int s) {
      entry[static_cast<std::size_t>(count)] = static_cast<std::uint32_t>(at);
      sign[static_cast<std::size_t>(count++)] = static_cast<std::int8_t>(s);
    }
  };
  // A row's observable: a term, or the ancilla's entry (j, jj).
  struct Row {
    const Observable* term = nullptr;
    std::size_t j = 0, jj = 0;
    bool imaginary = false;  // it reads imaginary parts
  };
  struct Block {
    std::size_t row = 0, rows = 0, column = 0, columns = 0, sum = 0;
  };
  // Where a row's operator lies while the circuit is run.
  struct Slot {
    std::size_t tile, lane;
    bool second;  // in the imaginary part of its tile
  };

  void make_columns(Input input);
  void make_rows(bool coherences);
  Slot slot(std::size_t row) const;
  void start(std::size_t tile, const Tile<T>& g) const;
  // Calls visit(column, factor by which the row's entries count, part that they lie in) for those it has.
  template <class Visit>
  void each_column(std::size_t row, const Tile<T>& g, Visit visit) const;
  double sum_of(const double* sums, std::size_t row, std::size_t column) const;
  std::size_t dimension() const { return std::size_t{1} << program_.wires(); }

  DensityProgram<T> program_, rest_;
  std::vector<Observable> terms_;
  RegisterShape shape_;
  bool coherences_, real_;
  std::vector<Column> columns_;
  std::vector<Row> rows_of_;
  std::size_t rows_ = 0, stride_ = 0, derived_ = 0;  // derived_: the row that the trace and the others say
  std::size_t real_columns_ = 0;
  std::vector<Block> blocks_;
  std::vector<T> bound_;                  // the angles that matrix_ was evaluated at
  bool evaluated_ = false;                // whether there are any
  AlignedVector<T> matrix_;               // [N, stride_]
  std::vector<StateBatch<T>> operators_;  // one tile each: the observables in front of the circuit
  StateBatch<T> cotangent_;               // of one tile
  AlignedVector<T> kept_;                 // of one tile
};

}  // namespace ebit::inline cell
