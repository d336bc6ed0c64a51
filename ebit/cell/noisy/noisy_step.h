// What cells with noise share: their circuits, parameters and checks.
#pragma once

#include <string>
#include <vector>

#include "ebit/cell/encoding.h"
#include "ebit/cell/register/register_options.h"

namespace ebit::inline cell {

/// The circuits of a step of a register cell with noise.
struct NoisyStep {
  Circuit step;                  ///< the encoder's gates where it has some, U_en, U_dis, with their channels
  Circuit rest;                  ///< channels on the ancilla's wires while the system is measured and reset
  std::vector<AngleRule> rules;  ///< of the step's per-sample angles
};

/// Makes them. Throws Error for a noise model that is not of so many wires.
NoisyStep noisy_step(const RegisterOptions& options);

/// The cell's noise model; where it has none, the row "none".
const NoiseModel& noise_of(const RegisterOptions& options);

/// Throws Error for sizes and choices that no cell with noise can have.
void check_noisy(const RegisterOptions& options);

/// Whether what follows the encoder is run as one matrix a batch; a memory that is the whole state has no
/// rows for that. Throws Error where the options ask for it there.
bool folds(const RegisterOptions& options);

/// The segments of a register cell: theta_en, theta_dis, those of the encoder, frozen as the options say.
/// @param encoder_offset where the encoder's begin, written.
template <class T>
std::vector<Segment> noisy_segments(const RegisterOptions& options, const Encoding<T>& encoding,
                                    std::size_t& encoder_offset);

/// Purity and entropy (bits) of density matrices. @param rho [2, 4^n, kLanes] re, then im. @param out [2,
/// kLanes], written.
template <class T>
void look_at_density(int wires, const T* rho, T* out);

/// Sizes, choices and noise in a few words.
std::string noisy_summary(const RegisterOptions& options);

}  // namespace ebit::inline cell
