#include "ebit/sim/qasm_gates.h"

#include <algorithm>
#include <numbers>

#include "ebit/base/nearest.h"

namespace ebit::inline sim {
namespace {

struct Name {
  std::string_view name;
  GateId gate;
};
constexpr Name kGateNames[] = {
    {"id", GateId::kI},        {"x", GateId::kX},       {"y", GateId::kY},         {"z", GateId::kZ},
    {"h", GateId::kH},         {"s", GateId::kS},       {"sdg", GateId::kSdg},     {"t", GateId::kT},
    {"tdg", GateId::kTdg},     {"sx", GateId::kSX},     {"sxdg", GateId::kSXdg},   {"rx", GateId::kRX},
    {"ry", GateId::kRY},       {"rz", GateId::kRZ},     {"p", GateId::kP},         {"phase", GateId::kP},
    {"u1", GateId::kP},        {"cx", GateId::kCNOT},   {"CX", GateId::kCNOT},     {"cy", GateId::kCY},
    {"cz", GateId::kCZ},       {"crx", GateId::kCRX},   {"cry", GateId::kCRY},     {"crz", GateId::kCRZ},
    {"ccx", GateId::kToffoli}, {"swap", GateId::kSWAP}, {"iswap", GateId::kISWAP}, {"rxx", GateId::kRXX},
    {"ryy", GateId::kRYY},     {"rzz", GateId::kRZZ},   {"u3", GateId::kU3},       {"u", GateId::kU3},
    {"U", GateId::kU3}};

}  // namespace

std::optional<GateId> qasm_gate(std::string_view name) {
  const auto row = std::ranges::find(kGateNames, name, &Name::name);
  if (row == std::end(kGateNames)) return std::nullopt;
  return row->gate;
}

std::vector<std::string> qasm_gate_names() { return names_of(kGateNames); }

std::vector<QasmCall> qasm_compound(std::string_view name, const std::vector<QasmValue>& v,
                                    const std::vector<int>& on) {
  const auto times = [](QasmValue x, double factor) {
    return QasmValue{x.value * factor, x.scale * factor, x.input};
  };
  const auto fixed = [](double radians) { return QasmValue{.value = radians}; };
  if ((name == "cp" || name == "cphase" || name == "cu1") && v.size() == 1 && on.size() == 2)
    return {{"p", {times(v[0], 0.5)}, {on[0]}},
            {"cx", {}, on},
            {"p", {times(v[0], -0.5)}, {on[1]}},
            {"cx", {}, on},
            {"p", {times(v[0], 0.5)}, {on[1]}}};
  if (name == "u2" && v.size() == 2) return {{"u3", {fixed(std::numbers::pi / 2), v[0], v[1]}, on}};
  if (name == "ch" && on.size() == 2)
    return {{"ry", {fixed(std::numbers::pi / 4)}, {on[1]}},
            {"cz", {}, on},
            {"ry", {fixed(-std::numbers::pi / 4)}, {on[1]}}};
  return {};
}

}  // namespace ebit::inline sim
