// How the trainings of a run went, as figures over their epochs.
#pragma once

#include <vector>

#include "ebit/experiment/runs/results.h"

namespace ebit::experiment {

/// "loss": the losses of the run's model; "losses": of all models, with the levels of references;
/// "validation-METRIC": each metric of the validation part. Those that have nothing to show are left out.
std::vector<Exhibit> loss_exhibits(const Results& results);

/// "entropy-in-loss": the entropy that was part of the loss, and its target; empty where none was.
std::vector<Exhibit> entropy_exhibits(const Results& results, const ModelConfig& model);

/// The judged metric of each predicted step on one part, a line a model.
Figure step_figure(const Results& results, std::size_t part);

}  // namespace ebit::experiment
