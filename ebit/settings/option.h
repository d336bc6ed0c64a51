// A row of the table of options: a key of config.toml, a flag, where its value lives and who uses it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ebit/settings/config.h"

namespace ebit::inline settings {

/// Where an option's value lives; the kind of pointer is the option's type.
using Slot = std::variant<int*, std::uint64_t*, double*, std::optional<double>*, bool*, std::string*,
                          std::vector<std::string>*, std::vector<int>*, std::vector<double>*,
                          GeneratorOptions*, StepsAhead*>;

/// Families of models, as bits: a row of the table of options names those that use it.
enum Family : unsigned {
  kRegister = 1,       ///< register cells, presets among them
  kQrnn = 2,           ///< hybrid QRNN
  kRecurrent = 4,      ///< lstm, gru, rnn
  kOrthogonal = 8,     ///< orthogonal
  kMlp = 16,           ///< mlp
  kLinear = 32,        ///< linear
  kUntrained = 64,     ///< persistence, seasonal-naive: compared with, never trained
  kGated = 128,        ///< gated cells: gated and its presets
  kKernel = 256,       ///< kernel cells: qk-lstm, cosine-kernel-lstm, rbf-lstm
  kFastWeights = 512,  ///< fast-weights cells: qfwp, qfwp-gated
  kRvqe = 1024,        ///< RVQE cells
  kPolynomial = 2048,  ///< poly-ridge
  kEcho = 4096,        ///< esn
  kWindow = 8192,      ///< window cells: d-qnn, ru-qnn
  kMeasured = 16384,   ///< measured cells: measured, measured-free
  kCells = kRegister | kQrnn | kGated | kKernel | kFastWeights | kRvqe | kEcho | kWindow | kMeasured,
  kWithHidden = kRecurrent | kOrthogonal | kMlp,
  kSolved = kLinear | kPolynomial | kEcho,  ///< solved at once where they answer with numbers
  kAnyModel = 0xffff,
};

/// Problems, as bits, likewise.
enum ProblemSet : unsigned {
  kForecast = 1,
  kCopying = 2,
  kImages = 4,  ///< digits, mnist, permuted-mnist
  kSentiment = 8,
  kLanguage = 16,
  kTranslate = 32,
  kWords = 64,        ///< dna, simple-seq, elman-xor, elman-letters
  kWordImages = 128,  ///< mnist-01
  kPauli = 256,       ///< pauli
  kWordTasks = kWords | kWordImages,
  kText = kSentiment | kLanguage | kTranslate,
  kTokens = kText | kCopying,
  kCorpora = kText | kImages | kWordImages,
  kOneAnswer = kForecast | kImages | kSentiment,
  kTasks = 510,  ///< all but forecast
  kAnyProblem = 511,
};

/// Who uses an option.
struct Users {
  unsigned families = kAnyModel;    ///< Family bits
  unsigned problems = kAnyProblem;  ///< ProblemSet bits
  /// What else must be set for it to have an effect; null: nothing.
  bool (*effective)(const Config& config) = nullptr;
  std::string_view when = {};  ///< that in words: "with --optimizer sgd or rmsprop"
};

/// A row of the table of options. Two rows may have one name and flag where no model and problem uses both.
struct OptionRow {
  std::string_view section;      ///< table of config.toml: problem, data, corpus, model, train, ...
  std::string_view key;          ///< key in it
  std::string_view flag;         ///< such as "--window", "-o,--output" or "--model,--core"; "": none
  std::string_view help;         ///< one line
  Slot (*slot)(Config& config);  ///< where its value lies in `config`
  std::vector<std::string> (*choices)() = nullptr;  ///< the names allowed; nullptr: any value of the type
  Users users = {};                                 ///< whom it has an effect for
  bool shapes_losses = true;                        ///< false: a training may be continued with another value
};

/// All options, section by section.
std::span<const OptionRow> option_table();

/// The sections of config.toml in their order.
std::vector<std::string> option_sections();

/// "section.key".
std::string name_of(const OptionRow& row);

/// Whether the row has a meaning for the model and problem of `config`.
bool applies(const OptionRow& row, const Config& config);

/// The type in words for `--help`: "INT", "INT|A..B", "FLOAT", "FLOAT|none", "TEXT", "LIST", "KEY=VALUE" or
/// "" for on/off.
std::string type_of(const OptionRow& row);

/// The value of an option in `config` as text: a list is joined by commas.
std::string value_text(const OptionRow& row, const Config& config);

/// A value for an option, from a file, a preset or a flag.
struct Setting {
  std::string name;   ///< "section.key"
  std::string value;  ///< as text; lists are comma-separated; on/off: "true" or "false"
  std::string where;  ///< for messages: "--window", "x.toml:12", "preset daskin-collapse"
};

/// Pairs of name and value, such as those of a preset.
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Sets one option of the model and problem that `config` names. Throws Error, beginning with `where`, for an
/// unknown name (nearest suggested), an option without effect on them (where it has one is said), a value of
/// the wrong type, and one that is none of the choices (nearest suggested).
void apply_setting(Config& config, const Setting& setting);

/// Sets those of the pairs that apply; `where` names their origin.
void apply_pairs(Config& config, const Pairs& pairs, const std::string& where);

/// Throws Error for a setting whose option has no effect as `config` is: such as --momentum with adam.
void require_effect(const Config& config, const Setting& setting);

/// Options that decide the losses, as one short text; two runs with equal data and fingerprint train alike.
std::string fingerprint(const Config& config);

}  // namespace ebit::inline settings
