// Two loops that show what the machine can do at best: multiply-adds in registers, and numbers streamed
// through memory.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace ebit::bench {

/// One instruction set's loops.
template <class T>
struct LimitLoops {
  std::string_view name;  ///< "baseline", "avx2", "avx512", as ebit::kernels::KernelTable names it

  /// Runs `rounds` rounds of kMultiplyAdds<T> independent multiply-adds a vector lane, all in registers.
  /// @returns a number made of all results, so that none can be left out.
  T (*multiply_add)(std::size_t rounds);
  std::size_t flops_a_round;  ///< additions and multiplications of one round, over all lanes

  /// x <- factor x in place, `count` numbers, a multiple of 16, on a kAlignment boundary.
  void (*scale)(T* x, std::size_t count, T factor);
};

/// The loops of the instruction set called `name`, or the baseline's where this build has none of that name.
template <class T>
const LimitLoops<T>& limit_loops(std::string_view name);

}  // namespace ebit::bench
