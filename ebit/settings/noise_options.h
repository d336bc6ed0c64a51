// From the options of noise, shots and mitigation to the cells that they are about.
#pragma once

#include <string>
#include <vector>

#include "ebit/settings/option.h"

namespace ebit::inline settings {

/// Where `settings` give a qrnn --shots and no --measurement, shots are how it is measured; with 0 they are
/// not.
void settle_shots(Config& config, const std::vector<Setting>& settings);

/// Writes what the model's options say of noise, shots, gradients and mitigation to the options of every
/// family. Throws Error with the reason for noise on a family on which it has no meaning.
void fill_noise(Config& config);

/// What is done about errors of the model's readouts, in a few words; "": they are raw.
std::string mitigation_of(const Config& config);

/// The settings without what is done about errors, and with that turned off: for raw values beside mitigated
/// ones.
std::vector<Setting> raw_settings(const std::vector<Setting>& settings);

}  // namespace ebit::inline settings
