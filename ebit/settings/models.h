// The table of models: everything that can be trained, or compared with.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/cell/register/preset.h"
#include "ebit/fit/model.h"
#include "ebit/settings/option.h"

namespace ebit::inline settings {

/// A row of the table of models.
struct ModelRow {
  std::string name;    ///< as in `--model NAME`
  Family family;       ///< which options it has
  std::string help;    ///< one line
  std::string source;  ///< the paper
  /// Settings on top of the problem's: those of its family's options.
  Pairs settings = {};
  /// Settings of data and training on problem "forecast", as the authors of a preset trained.
  Pairs training = {};
  const Preset* preset = nullptr;  ///< whose cell it starts from; null: none
};

/// All models: register and every preset, qrnn, the classical ones, forecasts without training.
std::span<const ModelRow> models();

/// The row called `name`. Throws Error with the nearest name where there is none.
const ModelRow& find_model(std::string_view name);

/// The problems that a model has a meaning on, as ProblemSet bits.
unsigned problems_of(const ModelRow& row);

/// The family of a config's model.
Family family_of(const Config& config);

/// Whether the model of `config` is solved at once instead of trained step by step.
bool solved_at_once(const Config& config);

/// Whether anything of a run is trained step by step: its model, or one that it is compared with.
bool takes_steps(const Config& run);
/// The cell of a config's model, its sizes not yet the problem's. Throws Error for a model that is no cell.
CellOptions cell_of(const Config& config);

/// How a step's numbers are brought to those that a cell takes: auto, none, linear, tanh.
std::span<const Choice> input_maps();

/// The core of a trained model, and of its input and head what the settings say without the data; enough to
/// tell which backends can compute it.
fit::ModelSpec outline_of(const Config& config);

/// What the model of `config` is on data that enter as `input` and are asked as `head` says, starting values
/// of `config.train.seed`; `data` names them in messages. Throws Error, with the reason and what works
/// instead, for a model that has no meaning on that problem.
fit::ModelSpec spec_of(const Config& config, fit::InputSpec input, fit::HeadSpec head, std::string_view data);

}  // namespace ebit::inline settings
