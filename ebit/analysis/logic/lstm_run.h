// The LSTM of a trained run, read from its weights' file: no libtorch is needed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/experiment/problem.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/fit/model.h"
#include "ebit/logic/lstm.h"

namespace ebit::analysis {

/// A trained LSTM with its head.
struct TrainedLstm {
  fit::ModelSpec spec;                               ///< what the model is
  LstmWeights weights;                               ///< of its one layer
  std::vector<double> head_weight;                   ///< [O, H]
  std::vector<double> head_bias;                     ///< [O]
  int outputs() const { return spec.head.outputs; }  ///< O
};

/// A trained LSTM and what it was trained on.
struct LstmRun {
  std::unique_ptr<Config> config;                ///< of the training; the problem refers to it
  std::unique_ptr<experiment::Problem> problem;  ///< with its data
  TrainedLstm lstm;                              ///< by the best weights
  std::string seed_text;                         ///< "seed 1", or "seed 2 of 3 seeds"
  std::vector<std::string> notes;                ///< what the user should know
};

/// Reads a run of an LSTM of one layer on steps of numbers that answers with numbers or a class.
/// @param seed of the training, where there are several; none: the first. Throws Error for a folder that is
/// no run or not trained, another model, more layers, an input map, tokens, and another kind of answer.
LstmRun read_lstm_run(const std::filesystem::path& folder, std::optional<std::uint64_t> seed);

/// The model that answers as the run's does, its cell in other arithmetic: for Problem::scores(). The head
/// works on real numbers. It cannot be trained. `lstm` must outlive it.
/// @param gates null: the sigmoid and tanh themselves. @param fixed words instead of real numbers, with gate
/// functions of their own.
std::unique_ptr<fit::Model> lstm_model(const TrainedLstm& lstm, const GateFunctions* gates,
                                       const FixedLstm* fixed = nullptr);

/// The largest cell state in size that the exact LSTM reaches on these sequences.
double largest_cell(const TrainedLstm& lstm, const fit::Examples& examples);

}  // namespace ebit::analysis
