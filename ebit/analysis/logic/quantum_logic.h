// An LSTM as reversible logic: what its circuit costs, that it is right, and what fixed-point words lose.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ebit/analysis/logic/lstm_run.h"
#include "ebit/logic/lstm_circuit.h"

namespace ebit::analysis {

/// What is asked of quantum logic.
struct LogicOptions {
  std::vector<int> bits = {};                ///< word lengths n; empty: kUsualBits, those that can
  std::optional<int> fraction = {};          ///< bits behind the point; none: as many as the numbers leave
  WeightsAs weights = WeightsAs::kConstant;  ///< in the circuit or in registers
  std::string gates = "plan";                ///< a row of gate_functions()
  std::optional<std::uint64_t> seed = {};    ///< of the training; without a run: of random weights
  std::vector<int> features = {};            ///< without a run: F; empty: 1
  std::vector<int> hidden = {};              ///< without a run: H; empty: 4
  int steps = 1;                             ///< without a run: T of the sequence
  std::string part = {};                     ///< of a run's data; empty: the last that has sequences
  int windows = 512;                         ///< sequences that go through the circuit at most; 0: all
};

/// The word lengths that are tried where none is given.
inline constexpr int kUsualBits[] = {6, 8, 10, 12, 14, 16};

/// How one input in superposition goes through a step: the first feature's register in the uniform
/// superposition of its top bits' values, the state that of the sequence so far.
struct SuperposedStep {
  int bits = 0;             ///< of the input that are superposed; up to kSuperposedBits
  std::size_t outputs = 0;  ///< different (h', c') in the superposition
  double input = 0;         ///< ebits between the input's register and all else
  double hidden = 0;        ///< ebits between h' and all else
  double cell = 0;          ///< ebits between c' and all else
};

inline constexpr int kSuperposedBits = 8;  ///< 256 terms: their entropy is that of a matrix of 256 rows

/// What a format makes of a trained run.
struct LogicCheck {
  std::size_t sequences = 0;    ///< that went through the circuit
  std::size_t steps = 0;        ///< that went through the circuit
  std::size_t words = 0;        ///< of h' and c' that were compared with the integer LSTM's
  std::size_t different = 0;    ///< of those, not the same; must be 0
  std::size_t unclean = 0;      ///< steps that left a 1 on an ancilla or changed an input; must be 0
  double seconds = 0;           ///< for them, loading and reading the registers included
  double clipped = 0;           ///< share of the inputs that the words do not hold and that were saturated
  double largest_error = 0;     ///< of an answer, against the real LSTM; in the units that the model sees
  double rms_error = 0;         ///< root of its mean square
  std::vector<double> metrics;  ///< of the problem, by the integer LSTM, on the part
  SuperposedStep superposed;    ///< of the last step of the first sequence
};

/// A circuit: its format, sizes and costs.
struct LogicRow {
  int features = 1;                      ///< F
  int hidden = 1;                        ///< H
  FixedPoint format;                     ///< of its words
  LogicCounts step;                      ///< of a step
  LogicCounts sequence;                  ///< of T steps, undone but for the answer; depths are bounds
  std::optional<LogicCheck> check = {};  ///< of a run
};

/// The real LSTMs that rows are compared with.
struct RealScores {
  std::vector<double> exact;  ///< metrics of the LSTM as trained
  std::vector<double> lines;  ///< of the one with the gate functions of straight lines
  double lines_largest = 0;   ///< largest error of its answers, in the units that the model sees
  double lines_rms = 0;       ///< root of its mean square
};

/// Everything that was found.
struct LogicReport {
  WeightsAs weights = WeightsAs::kConstant;  ///< where they are
  std::string gates = "plan";                ///< a row of gate_functions()
  int steps = 1;                             ///< T of the sequences
  std::vector<LogicRow> rows;                ///< by word length
  std::vector<std::string> notes;            ///< what was left out
  // Of a run:
  std::string summary;                          ///< one line: the model
  std::string data;                             ///< one line: the data
  std::string part;                             ///< of the data
  std::string seed;                             ///< as LstmRun::seed_text
  std::size_t sequences = 0;                    ///< of the part, for errors
  bool classes = false;                         ///< answers are logits of classes, not numbers
  std::vector<experiment::MetricName> metrics;  ///< their names
  std::size_t judged = 0;                       ///< the metric to judge by
  std::optional<RealScores> real = {};          ///< without words
  bool right() const;                           ///< every row's circuit equals the integer LSTM
};

/// The costs of circuits of all F, H and n that are asked for, with random weights (which matter only where
/// they are constants). Throws Error for sizes and formats out of range.
LogicReport count_logic(const LogicOptions& options);

/// The same for a trained run, whose sequences go through the circuits and whose answers are compared. Throws
/// Error as read_lstm_run(), and for a part that is not there and a format that does not hold the weights.
LogicReport check_logic(const std::filesystem::path& folder, const LogicOptions& options);

/// The circuit of one step: of a run (`folder` not empty), or of random weights. Throws Error as the others,
/// and where more than one word length or size is asked for.
LogicCircuit step_circuit(const std::filesystem::path& folder, const LogicOptions& options,
                          std::vector<std::string>& comments);

}  // namespace ebit::analysis
