// The part of a run's page about the noise that its model runs with.
#pragma once

#include "ebit/experiment/runs/run.h"
#include "ebit/report/page.h"

namespace ebit::experiment {

/// Adds a section that shows the noise model: a device's qubits and pairs, or the channels of a rule and
/// where they stand, errors of readouts, how outcomes are counted, and what is done about errors. Nothing
/// without noise.
void add_noise(Page& page, const RunResult& result);

}  // namespace ebit::experiment
