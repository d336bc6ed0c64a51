#include "ebit/experiment/runs/noise_section.h"

#include <fmt/format.h>

#include "ebit/settings/models.h"
#include "ebit/settings/noise_options.h"

namespace ebit::experiment {
namespace {

TextTable qubit_table(const DeviceTable& device) {
  TextTable table{.title = fmt::format("Qubits of {}", device.name),
                  .columns = {{"wire"}},
                  .rows = {},
                  .best_row = {},
                  .notes = {}};
  for (const char* heading : {"T1 / us", "T2 / us", "gate error", "gate / ns", "reads 1 for 0",
                              "reads 0 for 1", "measurement / ns"})
    table.columns.push_back({heading});
  for (std::size_t q = 0; q < device.qubits.size(); ++q) {
    const DeviceQubit& own = device.qubits[q];
    table.rows.push_back({device.uniform ? "all" : std::to_string(q), table_number(own.t1 * 1e6),
                          table_number(own.t2 * 1e6), table_number(own.gate_error),
                          table_number(own.gate_time * 1e9), table_number(own.readout.p1_given_0),
                          table_number(own.readout.p0_given_1), table_number(own.measure_time * 1e9)});
  }
  for (const DevicePair& pair : device.pairs)
    table.notes.push_back(fmt::format("{}: error {} of a gate of two wires, in {} ns",
                                      pair.a < 0 ? "every pair" : fmt::format("pair {}-{}", pair.a, pair.b),
                                      table_number(pair.error), table_number(pair.time * 1e9)));
  return table;
}

TextTable rule_table(const NoiseModel& model) {
  TextTable table{.title = "Channels",
                  .columns = {{"where", false}, {"channel", false}, {"parameters", false}},
                  .rows = {},
                  .best_row = {},
                  .notes = {}};
  const auto add = [&](const std::string& where, const std::vector<ChannelRule>& rules) {
    for (const ChannelRule& rule : rules) {
      const Channel& row = channel(rule.channel);
      table.rows.push_back({where, std::string(row.name) + (rule.each ? ", on each wire" : ""),
                            parameters_text(row, rule.parameters)});
    }
  };
  for (std::size_t k = 0; k < model.after.size(); ++k)
    if (model.after[k])
      add(fmt::format("behind gates of {} wire{}", k + 1, k == 0 ? "" : "s"), *model.after[k]);
  add("on wires that rest", model.idle);
  add("while others are measured or reset", model.while_reset);
  for (std::size_t q = 0; q < model.readout.size(); ++q)
    table.rows.push_back(
        {model.readout.size() == 1 ? "readout of all wires" : fmt::format("readout of wire {}", q),
         "misreading",
         fmt::format("1 for 0: {}, 0 for 1: {}", table_number(model.readout[q].p1_given_0),
                     table_number(model.readout[q].p0_given_1))});
  return table;
}

}  // namespace

void add_noise(Page& page, const RunResult& result) {
  if ((family_of(result.config) & kCells) == 0) return;
  const CellOptions cell = cell_of(result.config);
  const NoiseUse use = noise_use(cell);
  if (!use.noise) return;
  page.section("Noise");
  page.paragraph(
      fmt::format("The model was trained and scored with {}. ebit evaluate --noise none scores it without, "
                  "ebit inspect shows what noise does to its memory.",
                  use.text().substr(2)));
  const std::string mitigation = mitigation_of(result.config);
  page.paragraph(mitigation.empty()
                     ? "All values on this page are raw: nothing is done about errors."
                     : fmt::format("Values of the model are mitigated: {}. ebit evaluate has the raw ones "
                                   "beside them.",
                                   mitigation));
  const TextTable table = use.noise->device ? qubit_table(*use.noise->device) : rule_table(*use.noise);
  if (!table.rows.empty()) page.table(table);
  for (const std::string& note : noise_notes(cell)) page.note(note + ".");
}

}  // namespace ebit::experiment
