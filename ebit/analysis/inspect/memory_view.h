// What an inspection shows of the memory of one family of cells.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ebit/analysis/inspect/findings.h"
#include "ebit/analysis/inspect/step_columns.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/register/memory_bounds.h"
#include "ebit/report/text_table.h"
#include "ebit/settings/option.h"

namespace ebit::analysis {

/// What to inspect, and how hard.
struct InspectOptions {
  std::string data;  ///< a CSV file or an included set instead of the run's own; may be empty
  std::string part;  ///< of the run's own data: "train", "validation", "test"; empty: the last
  std::optional<std::uint64_t> seed;  ///< of the training; none: the run's first
  int windows = -1;                   ///< sequences at most, 0: all; -1: as many as take some seconds
  std::optional<PowerEffort> powers;  ///< register: how hard to look for E_up and E_down; none: kAuto
  std::optional<int> starts;          ///< register: of each search for a power; none: 16
  std::vector<int> cut;               ///< qrnn: qubits on one side of the cut; empty: the first half
  std::vector<Setting> changes = {};  ///< settings of the run's model that are others, such as noise
};

/// A cell, its weights and what it reads.
struct InspectedCell {
  const CellOptions& options;                  ///< as the model has them
  const std::vector<double>& parameters;       ///< [P]
  std::shared_ptr<const Sequences> sequences;  ///< never null
  std::uint64_t seed;                          ///< of the training, and of draws
  std::filesystem::path folder;                ///< of the training
};

/// A section of the page.
struct PageSection {
  std::string heading;                             ///< its title
  std::vector<TextTable> tables = {};              ///< first of all
  std::string paragraph = {};                      ///< next; may be empty
  std::vector<experiment::Exhibit> pictures = {};  ///< last
};

/// The memory of one cell over some sequences.
class MemoryView {
 public:
  virtual ~MemoryView() = default;

  virtual std::vector<StepColumn> columns() const = 0;            ///< over the steps, in the order of tables
  virtual std::string entropy_remark() const = 0;                 ///< behind "entropies in bits"
  virtual std::vector<TextTable> tables() const = 0;              ///< besides that of the steps
  virtual std::string verdict() const = 0;                        ///< one sentence, without its full stop
  virtual std::vector<experiment::Exhibit> pictures() const = 0;  ///< over the steps, at least one
  virtual std::vector<PageSection> sections() const = 0;          ///< of the page, further ones
  /// For the facts of the page.
  virtual std::vector<std::pair<std::string, std::string>> facts() const = 0;

  virtual std::vector<int> outcomes() const = 0;     ///< that were kept, one a step; empty: none are measured
  virtual std::vector<double> readouts() const = 0;  ///< all that were read, in [-1, 1]
  virtual const Advice& advice() const = 0;          ///< in the options of this family
  virtual std::vector<std::string> notes() const = 0;  ///< what was left out, and how to ask for it

  virtual void add_choices(nlohmann::ordered_json& json) const = 0;  ///< what the cell is
  /// What JSON says of a step besides columns().
  virtual void add_step(std::size_t step, nlohmann::ordered_json& json) const = 0;
  virtual void add_rest(nlohmann::ordered_json& json) const = 0;  ///< what is about no single step
};

/// How many sequences of so many steps can be looked at in some seconds.
std::size_t affordable_sequences(const CellOptions& options, std::size_t steps);

/// Throws Error for options of another family than this cell's, before anything is loaded.
void check_options(const CellOptions& options, const InspectOptions& inspect);

/// Runs the sequences and looks at the memory.
std::unique_ptr<MemoryView> look_at_memory(const InspectedCell& cell, const InspectOptions& inspect);

/// Everything that was read: readouts of every step where the cell gives them, else of the last one.
std::vector<double> readouts_of(Cell<double>& cell, const std::vector<double>& parameters,
                                const Sequences& sequences, std::uint64_t seed);

}  // namespace ebit::analysis
