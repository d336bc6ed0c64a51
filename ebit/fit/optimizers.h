// Optimizers on one flat array of parameters: the formulas of libtorch's, without its tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ebit/fit/options.h"

namespace ebit::fit {

/// Moves `count` parameters by one step.
/// @param lr learning rate of this step. @param step counted from 1.
/// @param gradient [count]. @param memory [fields, count], kept from step to step, zero before the first;
/// changed. @param parameters [count]; changed.
template <class T>
using FlatUpdate = void (*)(const OptimizerOptions& options, double lr, std::int64_t step, std::size_t count,
                            const T* gradient, T* memory, T* parameters);

/// How an optimizer works on flat arrays; a row of the optimizer table points to one.
struct FlatRule {
  /// Names of the arrays it keeps under these options, in the order of `memory`; those of the saved tensors.
  std::vector<std::string_view> (*fields)(const OptimizerOptions& options);
  bool counts;              ///< whether the number of steps belongs to what is saved
  FlatUpdate<double> wide;  ///< float64
  FlatUpdate<float> narrow; /**< float32 */
};

/// A row of the table of optimizers.
struct OptimizerRow {
  std::string_view name;  ///< as written in options, for example "adam"
  std::string_view help;  ///< one line
  FlatRule flat;          ///< what its namesake in libtorch 1.13 computes, in the same order
};

/// All optimizers: adam, adamw, sgd, rmsprop.
std::span<const OptimizerRow> optimizers();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const OptimizerRow& find_optimizer(std::string_view name);

/// Throws the Error for a saved tensor of an optimizer's memory that is of another model unless `fits`.
void require_fitting_memory(bool fits, std::string_view where, const std::string& name);

/// What an optimizer remembers between steps.
template <class T>
struct FlatMemory {
  std::int64_t steps = 0;  ///< taken so far
  std::vector<T> numbers;  ///< [fields, count]
};

/// One optimizer at work on one array of parameters.
template <class T>
class FlatOptimizer {
 public:
  /// For `count` parameters; the memory is zero.
  FlatOptimizer(const FlatRule& rule, const OptimizerOptions& options, std::size_t count);

  /// Sets the learning rate of the coming steps.
  void set_learning_rate(double lr) { lr_ = lr; }
  /// Moves `parameters` [count] by one step along `gradient` [count]. Allocates nothing.
  void step(const T* gradient, T* parameters);

  const FlatRule& rule() const { return rule_; }                           ///< as given
  const std::vector<std::string_view>& fields() const { return fields_; }  ///< names of the arrays kept
  const FlatMemory<T>& memory() const { return memory_; }                  ///< after the last step
  void set_memory(FlatMemory<T> memory) { memory_ = std::move(memory); }   ///< of the same sizes

 private:
  const FlatRule& rule_;
  OptimizerOptions options_;
  std::size_t count_;
  double lr_;
  std::vector<std::string_view> fields_;
  FlatMemory<T> memory_;
};

}  // namespace ebit::fit
