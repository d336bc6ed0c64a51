#include "ebit/cell/gradient_memory.h"

#include "ebit/base/choice.h"

namespace ebit::inline cell {
namespace {

constexpr GradientMemoryRow kMemories[] = {
    {"auto", GradientMemory::kAuto,
     "register: store while the states of a tile fit into 512 KiB; qrnn: uncompute"},
    {"uncompute", GradientMemory::kUncompute, "hidden states only; the others are computed again"},
    {"store", GradientMemory::kStore, "the states of every step"},
};

}  // namespace

std::span<const GradientMemoryRow> gradient_memories() { return kMemories; }

GradientMemory find_gradient_memory(std::string_view name) {
  return find_row(gradient_memories(), "unknown gradient memory", name).memory;
}

}  // namespace ebit::inline cell
