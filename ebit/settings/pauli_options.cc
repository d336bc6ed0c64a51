// Options of sequences of Pauli measurements and of the cells that are made for them.
#include "ebit/cell/measured/measured_options.h"
#include "ebit/settings/option_rows.h"

namespace ebit::inline settings {
namespace {

constexpr Users kOfPauli{.problems = kPauli};
constexpr Users kOfScores{.problems = kPauli,
                          .effective = [](const Config& c) { return !c.problem.score_qubits.empty(); },
                          .when = "with --score-qubits"};
constexpr Users kOfMeasured{.families = kMeasured};

const OptionRow kPauliOptions[] = {
    {"problem", "task_qubits", "--task-qubits",
     "qubits of the state that is measured; with several, batches have each in turn",
     EBIT_SLOT(problem.task_qubits), nullptr, kOfPauli},
    {"problem",
     "first_epochs",
     "--first-epochs",
     "epochs that have the first of --task-qubits alone",
     EBIT_SLOT(problem.first_epochs),
     nullptr,
     {.problems = kPauli,
      .effective = [](const Config& c) { return c.problem.task_qubits.size() > 1; },
      .when = "with several --task-qubits"}},
    {"problem", "setting", "--setting", "how a setting enters: four numbers a qubit, or one for each string",
     EBIT_SLOT(problem.setting),
     [] {
       return Names{"letters", "number"};
     },
     kOfPauli},
    {"problem", "setting_pool", "--setting-pool",
     "Pauli strings that a sequence draws its settings from, so that more outcomes are determined; 0: all of "
     "them",
     EBIT_SLOT(problem.setting_pool), nullptr, kOfPauli},
    {"problem", "sequences", "--sequences", "training sequences, drawn once; 0: new ones in every epoch",
     EBIT_SLOT(problem.sequences), nullptr, kOfPauli},
    {"problem", "score_qubits", "--score-qubits",
     "numbers of qubits that the trained model is scored on too, with the same numbers",
     EBIT_SLOT(problem.score_qubits), nullptr, kOfPauli, false},
    {"problem", "score_pool", "--score-pool", "the --setting-pool of those scores; 0: the same",
     EBIT_SLOT(problem.score_pool), nullptr, kOfScores, false},
    {"problem", "score_length", "--score-length", "the --length of those scores; 0: the same",
     EBIT_SLOT(problem.score_length), nullptr, kOfScores, false},

    {"model", "form", "--form", "how a setting becomes a unitary", EBIT_SLOT(model.measured.form),
     [] { return names_of(forms()); }, kOfMeasured},
    {"model", "init_low", "--init-low", "angles start at random from here, radians",
     EBIT_SLOT(model.measured.init_low), nullptr, kOfMeasured},
    {"model", "init_high", "--init-high", "angles start at random up to here, radians",
     EBIT_SLOT(model.measured.init_high), nullptr, kOfMeasured},
};

}  // namespace

std::span<const OptionRow> pauli_options() { return kPauliOptions; }

}  // namespace ebit::inline settings
