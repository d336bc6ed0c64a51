// Memory for the time steps of one tile, and a pool of it for the tiles that run at once.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "ebit/cell/encoding.h"
#include "ebit/cell/register/ancilla_entropy.h"
#include "ebit/cell/register/hidden_update.h"

namespace ebit::inline cell {

/// Sizes of a workspace.
struct WorkspaceSizes {
  RegisterShape shape;          ///< wires of the two registers
  std::size_t columns;          ///< MemoryEngine::columns()
  std::size_t features;         ///< inputs a step, F
  std::size_t hidden;           ///< MemoryEngine::numbers(), H
  std::size_t outputs;          ///< observables, K
  std::size_t encoder_numbers;  ///< trainable numbers of the encoder
  bool entropy;                 ///< whether steps take the ancilla's
};

/// Memory for the time steps of one tile. The states of both registers are views: run gate by gate, `in` is
/// `psi` and `g_in` is `g`; folded they are apart, because a product with a matrix is not done in place.
template <class T>
struct StepWorkspace {
  std::vector<Tile<T>> in /** [columns] psi_in */, psi;                   ///< [columns] psi_out
  std::vector<Tile<T>> g /** [columns] cotangents of psi_out */, g_in;    ///< [columns] of psi_in
  Tile<T> system /** encoded input, [2^n_s] */, g_system;                 ///< cotangent of system
  Tile<T> ancilla /** hidden state as amplitudes, [2^n_a] */, g_ancilla;  ///< cotangent of ancilla
  EncodingScratch<T> encoding;                                            ///< scratch memory of the encoder
  alignas(kAlignment) T uniform[kLanes<T>] = {};  ///< in [0, 1), new each step where the update draws
  int outcome[kLanes<T>] = {};  ///< the system's outcome i* of each lane, where the update measures

  AlignedVector<T> x /** [F, kLanes] */, d_x;            ///< [F, kLanes]
  AlignedVector<T> h /** [H, kLanes] */, h_next;         ///< [H, kLanes]
  AlignedVector<T> d_h /** [H, kLanes] */, d_next;       ///< [H, kLanes]
  AlignedVector<T> values /** [K, kLanes] */, d_values;  ///< [K, kLanes]
  AlignedVector<double> d_encoder;                       ///< [encoder numbers, kLanes]
  EntropyScratch<T> entropy;                             ///< of the ancilla, where it is taken

  explicit StepWorkspace(const WorkspaceSizes& sizes);  ///< all zero

  /// Lays the views for running gate by gate.
  void use_gates();
  /// Lays them for a folded circuit: in and g of step `slot` of a chunk. @param real the states' imaginary
  /// parts are one array of zeros for all.
  void use_fold(std::size_t slot, bool real);
  /// Zeroes the imaginary parts that are not written where states, or cotangents, are real.
  void clear_imaginary();

  /// Steps whose states and cotangents are kept together for one sum of outer products, 1 or more.
  std::size_t chunk_steps() const {
    return sizes_.columns < kChunkStates ? kChunkStates / sizes_.columns : 1;
  }
  T* chunk_in() { return chunk_.data(); }  ///< psi_in of those: [chunk_steps, columns, 2, 2^n, kLanes]
  T* chunk_g() { return chunk_.data() + chunk_.size() / 2; }  ///< likewise g

 private:
  static constexpr std::size_t kChunkStates = 16;
  Tile<T> take(T*& next, int wires) const;
  Tile<T> take_spaced(T*& next, int wires) const;

  WorkspaceSizes sizes_;
  AlignedVector<T> numbers_;       // psi and g of every column, and the registers apart
  AlignedVector<T> fold_, chunk_;  // g_in and the zeros; the chunk: made when first folded
};

/// Workspaces that are not in use. A workspace carries nothing from one use to the next that results depend
/// on.
template <class T>
class WorkspacePool {
 public:
  explicit WorkspacePool(const WorkspaceSizes& sizes) : sizes_(sizes) {}  ///< empty at first

  /// Lends a workspace and gets it back.
  class Lease {
   public:
    explicit Lease(WorkspacePool& pool) : pool_(pool), workspace_(pool.take()) {}  ///< from the pool, or new
    ~Lease() { pool_.give(std::move(workspace_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    StepWorkspace<T>& operator*() { return *workspace_; }  ///< the workspace on loan

   private:
    WorkspacePool& pool_;
    std::unique_ptr<StepWorkspace<T>> workspace_;
  };

 private:
  std::unique_ptr<StepWorkspace<T>> take();
  void give(std::unique_ptr<StepWorkspace<T>> workspace);

  WorkspaceSizes sizes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<StepWorkspace<T>>> idle_;
};

}  // namespace ebit::inline cell
