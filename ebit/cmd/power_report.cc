#include "ebit/cmd/power_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ebit/info/weyl.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kAmplitudesShown = 8;

std::string ebits(double value) { return fmt::format("{:.6f}", value); }

std::string ancilla_text(const std::array<int, 2>& ancilla) {
  return ancilla == std::array{1, 1} ? "none" : fmt::format("{}x{}", ancilla[0], ancilla[1]);
}

std::string amplitude_text(Complex z) {
  const bool real = std::abs(z.imag()) < 5e-5, imaginary = std::abs(z.real()) < 5e-5;
  if (real) return fmt::format("{:.4f}", z.real());
  if (imaginary) return fmt::format("{:.4f}i", z.imag());
  return fmt::format("({:.4f}{:+.4f}i)", z.real(), z.imag());
}

// Levels above 9 would need more than a digit: then they are set apart by dots.
std::string ket(std::span<const int> levels, std::span<const int> dims) {
  const bool wide = std::ranges::max(dims) > 10;
  std::string text;
  for (std::size_t k = 0; k < dims.size(); ++k) {
    if (k == 2) text += ',';
    if (dims[k] == 1 && k % 2 == 1) continue;
    text += fmt::format("{}{}", wide && k % 2 == 1 ? "." : "", levels[k]);
  }
  return "|" + text + ">";
}

Json state_json(const std::vector<Complex>& state) {
  Json re = Json::array(), im = Json::array();
  for (const Complex z : state) re.push_back(z.real()), im.push_back(z.imag());
  return {{"re", re}, {"im", im}};
}

}  // namespace

Json power_result_json(const PowerResult& result, const BipartiteUnitary& u,
                       const std::array<int, 2>& ancilla) {
  return {{"value", result.value},
          {"is", "lower bound, reached by state"},
          {"upper_bound", result.upper_bound},
          {"product_value", result.product_value},
          {"initial_entanglement", result.entropy_before},
          {"final_entanglement", result.entropy_after},
          {"starts", result.starts},
          {"starts_agreed", result.agreed},
          {"state_dims", {u.d_a, ancilla[0], u.d_b, ancilla[1]}},
          {"state", state_json(result.state)}};
}

PowerReport power_report(std::string name, const BipartiteUnitary& unitary, std::array<int, 2> ancilla,
                         const PowerOptions& search) {
  PowerReport report{.name = std::move(name), .unitary = unitary};
  const auto add = [&](std::array<int, 2> size) {
    PowerOptions options = search;
    options.ancilla_a = size[0], options.ancilla_b = size[1];
    report.powers.push_back(
        {size, entangling_power(unitary, options), disentangling_power(unitary, options)});
  };
  add({1, 1});
  if (ancilla != std::array{1, 1}) add(ancilla);
  report.upper_bound = power_limit(unitary);
  report.schmidt_rank = operator_schmidt_rank(unitary);
  report.schmidt_entropy = operator_schmidt_entropy(unitary);
  report.average_power = average_power(unitary);
  if (unitary.d_a == 2 && unitary.d_b == 2) {
    report.weyl = weyl_coordinates(unitary);
    report.perfect_entangler = is_perfect_entangler(*report.weyl);
  }
  return report;
}

std::string state_text(const std::vector<Complex>& state, const BipartiteUnitary& u,
                       std::array<int, 2> ancilla, std::size_t most) {
  const std::array<int, 4> dims{u.d_a, ancilla[0], u.d_b, ancilla[1]};
  std::vector<std::size_t> order(state.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](auto i, auto j) { return std::abs(state[i]) > std::abs(state[j]) + 1e-9; });
  std::erase_if(order, [&](auto i) { return std::abs(state[i]) < 5e-5; });
  std::string text;
  for (std::size_t n = 0; n < std::min(most, order.size()); ++n) {
    std::array<int, 4> levels{};
    std::size_t rest = order[n];
    for (std::size_t k = 4; k-- > 0; rest /= static_cast<std::size_t>(dims[k]))
      levels[k] = static_cast<int>(rest % static_cast<std::size_t>(dims[k]));
    std::string amplitude = amplitude_text(state[order[n]]);
    const bool minus = amplitude.starts_with('-');
    if (n > 0 && minus) amplitude.erase(0, 1);
    text += fmt::format("{}{} {}", n == 0 ? "" : minus ? " - " : " + ", amplitude, ket(levels, dims));
  }
  if (order.size() > most) text += fmt::format(" + {} smaller", order.size() - most);
  return text;
}

std::string power_text(const PowerReport& report) {
  const BipartiteUnitary& u = report.unitary;
  TextTable table;
  table.title = fmt::format("{} on {}x{}, ebits", report.name, u.d_a, u.d_b);
  table.columns = {{"power", false},   {"ancillas", false}, {"at least"}, {"at most"},
                   {"product states"}, {"S before"},        {"S after"},  {"starts agreed"}};
  std::string states;
  for (const Powers& powers : report.powers)
    for (const bool up : {true, false}) {
      const PowerResult& result = up ? powers.up : powers.down;
      const std::string power = up ? "E_up" : "E_down", ancilla = ancilla_text(powers.ancilla);
      table.rows.push_back({power, ancilla, ebits(result.value), ebits(result.upper_bound),
                            ebits(result.product_value), ebits(result.entropy_before),
                            ebits(result.entropy_after),
                            fmt::format("{} of {}", result.agreed, result.starts)});
      states += fmt::format("  {:<6} {:<4}  {}\n", power, ancilla,
                            state_text(result.state, u, powers.ancilla, kAmplitudesShown));
    }
  table.notes = {
      "at least: reached by the state below, a lower bound of the power. at most: no state does better.",
      "product states: the best found where no entanglement comes in (E_up) or goes out (E_down)."};
  std::string text = table_text(table);
  text += fmt::format(
      "\noperator-Schmidt rank     {}\noperator-Schmidt entropy  {}  <= E_up, E_down with ancillas "
      "{}x{}\naverage power             {}  linear entropy over product states\n"
      "upper bound               {}  = 2 log2 min(d_A, d_B)\n",
      report.schmidt_rank, ebits(report.schmidt_entropy), u.d_a, u.d_b, ebits(report.average_power),
      ebits(report.upper_bound));
  if (report.weyl)
    text += fmt::format("Weyl coordinates          {:.6f}, {:.6f}, {:.6f}\nperfect entangler         {}\n",
                        (*report.weyl)[0], (*report.weyl)[1], (*report.weyl)[2],
                        report.perfect_entangler ? "yes" : "no");
  if (u.defect > 1e-10)
    text += fmt::format("U^+ U - 1 as given        {:.2g}  the nearest unitary is taken\n", u.defect);
  return text + "\nStates before U, |A A', B B'>:\n" + states;
}

Json power_json(const PowerReport& report) {
  const BipartiteUnitary& u = report.unitary;
  const Powers& last = report.powers.back();
  Json json = {{"name", report.name},
               {"dims", {u.d_a, u.d_b}},
               {"unitarity_defect", u.defect},
               {"ancilla", last.ancilla},
               {"e_up", last.up.value},
               {"e_down", last.down.value},
               {"upper_bound", report.upper_bound},
               {"operator_schmidt_entropy", report.schmidt_entropy},
               {"schmidt_rank", report.schmidt_rank},
               {"average_power", report.average_power},
               {"weyl_coordinates", report.weyl ? Json(*report.weyl) : Json()},
               {"perfect_entangler", report.weyl ? Json(report.perfect_entangler) : Json()},
               {"up", power_result_json(last.up, u, last.ancilla)},
               {"down", power_result_json(last.down, u, last.ancilla)}};
  const Powers& bare = report.powers.front();
  json["without_ancillas"] = {{"e_up", bare.up.value},
                              {"e_down", bare.down.value},
                              {"up", power_result_json(bare.up, u, bare.ancilla)},
                              {"down", power_result_json(bare.down, u, bare.ancilla)}};
  return json;
}

}  // namespace ebit::cmd
