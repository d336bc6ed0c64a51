// Series given by a formula or a recursion: what quantum models of sequences were published on.
#pragma once

#include <cstdint>

#include "ebit/data/generator.h"

namespace ebit::inline data {

/// The parameters are those of the row of generator_table() that points here; `seed` is used where there is
/// noise.
Series make_bessel(const GeneratorValues& values, std::uint64_t seed);            ///< column "J"
Series make_delayed_control(const GeneratorValues& values, std::uint64_t seed);   ///< "signal"
Series make_two_qubit_sz(const GeneratorValues& values, std::uint64_t seed);      ///< "sz1"
Series make_inversion(const GeneratorValues& values, std::uint64_t seed);         ///< "W"
Series make_collapse_revival(const GeneratorValues& values, std::uint64_t seed);  ///< "W"
Series make_narma(const GeneratorValues& values, std::uint64_t seed);             ///< "y", "u"
Series make_narma_2(const GeneratorValues& values, std::uint64_t seed);           ///< "y", "u"
Series make_logistic(const GeneratorValues& values, std::uint64_t seed);          ///< "x"
Series make_multi_sine(const GeneratorValues& values, std::uint64_t seed);        ///< "value"

}  // namespace ebit::inline data
