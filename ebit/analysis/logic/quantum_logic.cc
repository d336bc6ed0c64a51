#include "ebit/analysis/logic/quantum_logic.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "ebit/analysis/inspect/sequences.h"
#include "ebit/base/error.h"
#include "ebit/logic/bit_simulator.h"
#include "ebit/logic/sparse_state.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

LogicRow row_of(const LstmCircuit& circuit, const FixedLstm& lstm, int steps) {
  LogicRow row{.features = lstm.features, .hidden = lstm.hidden, .format = lstm.format};
  row.step = counts_of(circuit.circuit);
  row.sequence = sequence_counts(circuit, row.step, steps);
  return row;
}

void load_weights(const LstmCircuit& circuit, const FixedLstm& lstm, std::size_t lanes, BitSimulator& bits) {
  const auto load_words = [&](const std::vector<Word>& words, const std::vector<std::int64_t>& values) {
    for (std::size_t k = 0; k < words.size(); ++k)
      for (std::size_t lane = 0; lane < lanes; ++lane) bits.set(words[k], lane, values[k]);
  };
  load_words(circuit.input, lstm.input), load_words(circuit.recurrent, lstm.recurrent);
  load_words(circuit.bias, lstm.bias);
}

// Sequences through a circuit, a lane each, step by step, beside the integer LSTM.
class CircuitRun {
 public:
  CircuitRun(const LstmCircuit& circuit, const FixedLstm& lstm, const fit::Examples& e)
      : circuit_(circuit), lstm_(lstm), e_(e), bits_(circuit.circuit.wires(), e.samples) {
    const std::vector<std::int64_t> zeros(static_cast<std::size_t>(lstm.hidden));
    states_.assign(e.samples, {zeros, zeros});
    load_weights(circuit, lstm, e.samples, bits_);
  }

  void run(LogicCheck& check) {
    check.sequences = e_.samples;
    const Clock::time_point start = Clock::now();
    for (std::size_t t = 0; t < e_.steps; ++t) {
      load_step(t);
      bits_.run(circuit_.circuit);
      check.unclean += bits_.lanes_with_ones(circuit_.ancillas);
      read_step(t, check);
    }
    check.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  }

 private:
  const std::int64_t* input(std::size_t b, std::size_t t) {
    words_.clear();
    for (std::size_t k = 0; k < e_.features; ++k)
      words_.push_back(lstm_.format.nearest(e_.x[(b * e_.steps + t) * e_.features + k]));
    return words_.data();
  }

  // Weights and ancillas are as they were: what a circuit breaks stays broken, and is seen.
  void load_step(std::size_t t) {
    for (const auto* words : {&circuit_.h_next, &circuit_.c_next})
      for (const Word& word : *words) bits_.reset(word);
    for (std::size_t b = 0; b < e_.samples; ++b) {
      const std::int64_t* const x = input(b, t);
      for (std::size_t k = 0; k < circuit_.x.size(); ++k) bits_.set(circuit_.x[k], b, x[k]);
      for (std::size_t j = 0; j < circuit_.h.size(); ++j) {
        bits_.set(circuit_.h[j], b, states_[b].h[j]);
        bits_.set(circuit_.c[j], b, states_[b].c[j]);
      }
    }
  }

  // The circuit's own words are what the next step begins with.
  void read_step(std::size_t t, LogicCheck& check) {
    for (std::size_t b = 0; b < e_.samples; ++b) {
      if (t >= e_.length(b)) continue;
      LstmState<std::int64_t>& state = states_[b];
      const std::int64_t* const x = input(b, t);
      bool kept = true;
      for (std::size_t k = 0; k < circuit_.x.size(); ++k)
        kept = kept && bits_.signed_value(circuit_.x[k], b) == x[k];
      for (std::size_t j = 0; j < circuit_.h.size(); ++j)
        kept = kept && bits_.signed_value(circuit_.h[j], b) == state.h[j] &&
               bits_.signed_value(circuit_.c[j], b) == state.c[j];
      check.unclean += !kept;
      wanted_ = state;
      lstm_step(lstm_, x, wanted_);
      for (std::size_t j = 0; j < circuit_.h.size(); ++j) {
        state.h[j] = bits_.signed_value(circuit_.h_next[j], b);
        state.c[j] = bits_.signed_value(circuit_.c_next[j], b);
        check.different += (state.h[j] != wanted_.h[j]) + (state.c[j] != wanted_.c[j]);
      }
      check.steps += 1, check.words += 2 * circuit_.h.size();
    }
  }

  const LstmCircuit& circuit_;
  const FixedLstm& lstm_;
  const fit::Examples& e_;
  BitSimulator bits_;
  std::vector<LstmState<std::int64_t>> states_;
  LstmState<std::int64_t> wanted_;
  std::vector<std::int64_t> words_;
};

Word joined(const std::vector<Word>& words) {
  Word all;
  for (const Word& word : words) all.insert(all.end(), word.begin(), word.end());
  return all;
}

// The last step of the first sequence, its first number in superposition.
SuperposedStep superposed_step(const LstmCircuit& circuit, const FixedLstm& lstm, const fit::Examples& e) {
  SuperposedStep step{.bits = std::min(lstm.format.bits, kSuperposedBits)};
  const std::size_t terms = std::size_t{1} << step.bits, last = e.length(0) - 1;
  const auto hidden = static_cast<std::size_t>(lstm.hidden);
  LstmState<std::int64_t> state{std::vector<std::int64_t>(hidden), std::vector<std::int64_t>(hidden)};
  std::vector<std::int64_t> x(e.features);
  for (std::size_t t = 0; t <= last; ++t) {
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = lstm.format.nearest(e.x[t * e.features + k]);
    if (t < last) lstm_step(lstm, x.data(), state);
  }
  SparseState psi(circuit.circuit.wires(),
                  std::vector<Complex>(terms, 1 / std::sqrt(static_cast<double>(terms))));
  load_weights(circuit, lstm, terms, psi.bits());
  for (std::size_t k = 0; k < terms; ++k) {
    x[0] = static_cast<std::int64_t>(k << (lstm.format.bits - step.bits));  // modulo 2^n
    for (std::size_t f = 0; f < x.size(); ++f) psi.bits().set(circuit.x[f], k, x[f]);
    for (std::size_t j = 0; j < hidden; ++j) {
      psi.bits().set(circuit.h[j], k, state.h[j]);
      psi.bits().set(circuit.c[j], k, state.c[j]);
    }
  }
  psi.apply(circuit.circuit);
  std::set<std::vector<std::int64_t>> outputs;
  for (std::size_t k = 0; k < terms; ++k) {
    std::vector<std::int64_t> output;
    for (const auto* words : {&circuit.h_next, &circuit.c_next})
      for (const Word& word : *words) output.push_back(psi.bits().signed_value(word, k));
    outputs.insert(std::move(output));
  }
  step.outputs = outputs.size();
  step.input = psi.entropy(circuit.x[0]);
  step.hidden = psi.entropy(joined(circuit.h_next)), step.cell = psi.entropy(joined(circuit.c_next));
  return step;
}

double clipped_share(const FixedPoint& format, const fit::Examples& e) {
  const auto clipped = std::ranges::count_if(e.x, [&](double x) { return !format.holds(x); });
  return static_cast<double>(clipped) / static_cast<double>(e.x.size());
}

struct Errors {
  double largest = 0, rms = 0;
};

Errors errors_of(const std::vector<double>& answers, const std::vector<double>& wanted) {
  Errors errors;
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const double error = std::abs(answers[k] - wanted[k]);
    errors.largest = std::max(errors.largest, error), errors.rms += error * error;
  }
  errors.rms = std::sqrt(errors.rms / static_cast<double>(wanted.size()));
  return errors;
}

// Sequences that follow each other, as one.
fit::Examples one_sequence(fit::Examples e) {
  e.steps *= std::exchange(e.samples, std::size_t{1});
  return e;
}

// The answers of a model that carries its state on, window by window.
std::vector<double> carried_answers(fit::Model& model, const fit::Examples& all) {
  std::vector<double> numbers;
  const std::size_t size = all.steps * all.features;
  fit::Examples one{.samples = 1, .steps = all.steps, .features = all.features};
  for (std::size_t b = 0; b < all.samples; ++b) {
    one.x.assign(all.x.data() + b * size, all.x.data() + (b + 1) * size);
    one.goes_on = b > 0;
    const fit::Answers answers = model.answer(one);
    numbers.insert(numbers.end(), answers.numbers.begin(), answers.numbers.end());
  }
  model.reset_state();
  return numbers;
}

// A run, the sequences that are looked at, and what the real LSTM says of them.
class LogicRun {
 public:
  LogicRun(const fs::path& folder, const LogicOptions& options)
      : options_(options),
        gates_(&find_gate_functions(options.gates)),
        run_(read_lstm_run(folder, options.seed)) {
    part_ = part_to_inspect(*run_.problem, options.part, "quantum-logic");
    all_ = run_.problem->sequences(part_, std::numeric_limits<std::size_t>::max());
    const auto most = static_cast<std::size_t>(options.windows);
    some_ = most == 0 ? all_ : run_.problem->sequences(part_, most);
    looked_at_ = some_.samples;
    if (stateful()) some_ = one_sequence(std::move(some_));
    exact_ = answers(*lstm_model(run_.lstm, nullptr));
    // What the words must hold; inputs beyond it are saturated, and counted.
    const double weight = run_.lstm.weights.largest(),
                 cell = largest_cell(run_.lstm, stateful() ? one_sequence(all_) : all_);
    most_ = std::max(weight, cell),
    most_what_ = weight > cell ? "the largest weight" : "the largest cell state";
  }

  const LstmRun& run() const { return run_; }

  FixedPoint format(int bits) const {
    if (options_.fraction) return {bits, *options_.fraction};
    check_format({bits, 2});
    return format_for(bits, most_, most_what_);
  }

  FixedLstm lstm(int bits) const { return fixed_lstm(run_.lstm.weights, format(bits), *gates_); }

  LogicRow row(const FixedLstm& lstm) {
    const LstmCircuit circuit = lstm_circuit(lstm, options_.weights);
    LogicRow row = row_of(circuit, lstm, static_cast<int>(all_.steps));
    LogicCheck check;
    CircuitRun(circuit, lstm, some_).run(check);
    check.clipped = clipped_share(lstm.format, all_);
    const auto model = lstm_model(run_.lstm, nullptr, &lstm);
    const Errors errors = errors_of(answers(*model), exact_);
    check.largest_error = errors.largest, check.rms_error = errors.rms;
    check.metrics = metrics(*model);
    check.superposed = superposed_step(circuit, lstm, some_);
    row.check = std::move(check);
    return row;
  }

  void describe(LogicReport& report) {
    const experiment::Problem& problem = *run_.problem;
    report.summary = lstm_model(run_.lstm, nullptr)->summary();
    report.data = problem.description(), report.part = experiment::kPartNames[part_],
    report.seed = run_.seed_text;
    report.steps = static_cast<int>(all_.steps), report.sequences = all_.samples;
    report.classes = run_.lstm.spec.head.answer == fit::Answer::kClass;
    report.metrics = problem.metrics(), report.judged = problem.judged_metric();
    report.notes = run_.notes;
    if (all_.samples > looked_at_)
      report.notes.push_back(
          fmt::format("{} of {} sequences went through the circuits: --windows 0 takes all", some_.samples,
                      all_.samples));
    const auto exact = lstm_model(run_.lstm, nullptr), plan = lstm_model(run_.lstm, gates_);
    const Errors errors = errors_of(answers(*plan), exact_);
    report.real = RealScores{metrics(*exact), metrics(*plan), errors.largest, errors.rms};
  }

 private:
  bool stateful() const { return run_.lstm.spec.stateful; }

  std::vector<double> answers(fit::Model& model) const {
    return stateful() ? carried_answers(model, all_) : model.answer(all_).numbers;
  }

  std::vector<double> metrics(fit::Model& model) const {
    const experiment::Scores scores = run_.problem->scores(model, run_.config->train.seed, false);
    return scores.parts[part_] ? scores.parts[part_]->values : std::vector<double>();
  }

  const LogicOptions& options_;
  const GateFunctions* gates_;
  LstmRun run_;
  std::size_t part_ = 0, looked_at_ = 0;
  fit::Examples all_, some_;
  std::vector<double> exact_;
  double most_ = 0;
  std::string most_what_;
};

void check_options(const LogicOptions& options) {
  require(options.windows >= 0, "--windows must be 0 (all) or more, not {}", options.windows);
  require(options.steps >= 1, "--steps must be at least 1, not {}", options.steps);
  for (const int bits : options.bits) check_format({bits, 2});
}

// Word lengths without a run: half a word's bits, and at most three, before the point.
FixedPoint usual_format(int bits, const LogicOptions& options) {
  const FixedPoint format{bits, options.fraction.value_or(bits - std::min(4, bits / 2))};
  check_format(format);
  return format;
}

template <class T>
std::vector<T> or_else(std::vector<T> values, std::vector<T> usual) {
  return values.empty() ? usual : values;
}

constexpr std::uint64_t kUsualSeed = 1;

}  // namespace

bool LogicReport::right() const {
  return std::ranges::all_of(rows, [](const LogicRow& row) {
    return !row.check || (row.check->different == 0 && row.check->unclean == 0);
  });
}

LogicReport count_logic(const LogicOptions& options) {
  check_options(options);
  const GateFunctions& gates = find_gate_functions(options.gates);
  LogicReport report{.weights = options.weights, .gates = options.gates, .steps = options.steps};
  for (const int features : or_else(options.features, {1}))
    for (const int hidden : or_else(options.hidden, {4})) {
      const LstmWeights weights = random_lstm(features, hidden, options.seed.value_or(kUsualSeed));
      for (const int bits : or_else(options.bits, {std::begin(kUsualBits), std::end(kUsualBits)})) {
        const FixedLstm lstm = fixed_lstm(weights, usual_format(bits, options), gates);
        report.rows.push_back(row_of(lstm_circuit(lstm, options.weights), lstm, options.steps));
      }
    }
  if (options.weights == WeightsAs::kConstant)
    report.notes.push_back(fmt::format(
        "weights are constants drawn as for a new LSTM, seed {}: others take a few more or fewer adders",
        options.seed.value_or(kUsualSeed)));
  return report;
}

LogicReport check_logic(const fs::path& folder, const LogicOptions& options) {
  check_options(options);
  LogicRun run(folder, options);
  LogicReport report{.weights = options.weights, .gates = options.gates};
  run.describe(report);
  for (const int bits : options.bits) report.rows.push_back(run.row(run.lstm(bits)));
  if (!options.bits.empty()) return report;
  std::string reason;
  for (const int bits : kUsualBits) {
    try {
      run.lstm(bits);
    } catch (const Error& error) {
      reason = error.what();
      report.notes.push_back(fmt::format("{} bits are left out: {}", bits, reason));
      continue;
    }
    report.rows.push_back(run.row(run.lstm(bits)));
  }
  require(!report.rows.empty(), "{}", reason);
  return report;
}

LogicCircuit step_circuit(const fs::path& folder, const LogicOptions& options,
                          std::vector<std::string>& comments) {
  check_options(options);
  require(options.bits.size() == 1 && options.features.size() <= 1 && options.hidden.size() <= 1,
          "--qasm writes one circuit: give one --bits, and one size where there is no run");
  const FixedLstm lstm = [&] {
    if (!folder.empty()) return LogicRun(folder, options).lstm(options.bits[0]);
    const LstmWeights weights =
        random_lstm(or_else(options.features, {1})[0], or_else(options.hidden, {4})[0],
                    options.seed.value_or(kUsualSeed));
    return fixed_lstm(weights, usual_format(options.bits[0], options), find_gate_functions(options.gates));
  }();
  LstmCircuit circuit = lstm_circuit(lstm, options.weights);
  comments.push_back(fmt::format("an LSTM step on words of {} bits, {} of them behind the point",
                                 lstm.format.bits, lstm.format.fraction));
  const auto name = [&](const char* what, const std::vector<Word>& words) {
    if (!words.empty())
      comments.push_back(fmt::format("{}: {} word{}, least significant bit first, from q[{}] to q[{}]", what,
                                     words.size(), words.size() == 1 ? "" : "s", words.front().front(),
                                     words.back().back()));
  };
  name("x", circuit.x), name("h", circuit.h), name("c", circuit.c);
  name("input weights", circuit.input), name("recurrent weights", circuit.recurrent),
      name("biases", circuit.bias);
  name("h' (0 before)", circuit.h_next), name("c' (0 before)", circuit.c_next);
  comments.push_back("all others: ancillas, 0 before and after");
  return std::move(circuit.circuit);
}

}  // namespace ebit::analysis
