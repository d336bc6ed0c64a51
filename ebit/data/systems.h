// The systems behind the generator table: each makes names and values of a series from its parameters.
#pragma once

#include <cstdint>

#include "ebit/data/generator.h"

namespace ebit::inline data {

/// The parameters are those of the row of generator_table() that points here; `seed` is used where there is
/// noise.
Series make_noisy_sine(const GeneratorValues& values, std::uint64_t seed);       ///< column "value"
Series make_damped_pendulum(const GeneratorValues& values, std::uint64_t seed);  ///< "velocity", "angle"
Series make_henon(const GeneratorValues& values, std::uint64_t seed);            ///< "x", "y"
Series make_mackey_glass(const GeneratorValues& values, std::uint64_t seed);     ///< "x"
Series make_lorenz(const GeneratorValues& values, std::uint64_t seed);           ///< "x", "y", "z"

}  // namespace ebit::inline data
