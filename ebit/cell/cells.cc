#include "ebit/cell/cells.h"

#include <type_traits>

#include "ebit/base/error.h"
#include "ebit/cell/controlled/controlled_cell.h"
#include "ebit/cell/gated/gated_cell.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/cell/window/window_cell.h"

namespace ebit::inline cell {
namespace {

constexpr CellFamily kFamilies[] = {
    {"register", "a system register that takes each input and an ancilla register that remembers",
     "Daskin 2025 (arXiv:2505.06774)"},
    {"qrnn", "a classical network that writes the angles of a circuit on a coherent quantum memory",
     "Xu 2025 (arXiv:2510.25557)"},
    {"gated", "circuits as the gates of a classical LSTM or GRU", "Chen, Yoo, Fang 2020 (arXiv:2009.01783)",
     "its memory is numbers, and its circuits start in |0...0> at every step"},
    {"window", "a circuit over the last steps of a sequence", "Fellner et al. 2025 (arXiv:2504.12416)",
     "it remembers the last steps as they were, and its circuit starts in |0...0> for each window"},
};
static_assert(std::size(kFamilies) == std::variant_size_v<CellOptions>);

}  // namespace

std::span<const CellFamily> cell_families() { return kFamilies; }

const CellFamily& family_of(const CellOptions& options) { return kFamilies[options.index()]; }

CellOptions with_sizes(CellOptions options, int inputs, bool every_step) {
  if (auto* own = std::get_if<RegisterOptions>(&options))
    own->features = inputs, own->every_step = every_step;
  else if (auto* controlled = std::get_if<ControlledOptions>(&options))
    controlled->inputs = inputs, controlled->every_step = every_step;
  else if (auto* gated = std::get_if<GatedOptions>(&options))
    gated->inputs = inputs, gated->every_step = every_step;
  else if (auto* window = std::get_if<WindowOptions>(&options))
    window->inputs = inputs, window->every_step = every_step;
  return options;
}

CellOptions with_entropy(CellOptions options, std::string_view kind, std::string_view stage) {
  const CellFamily& family = family_of(options);
  require(family.classical.empty(), "a {} cell gives no entropy: {}; take a register cell", family.name,
          family.classical);
  auto* const own = std::get_if<RegisterOptions>(&options);
  require(own != nullptr,
          "a {} gives no entropy: its one memory is pure, with no register apart from it that it could be "
          "entangled with; take a register cell",
          family.name);
  own->entropy = kind, own->entropy_stage = stage;
  return options;
}

CellOptions with_gradient(CellOptions options, std::string_view method) {
  auto* const own = std::get_if<RegisterOptions>(&options);
  require(own != nullptr || method == "adjoint",
          "a {} has gradients by the adjoint method only, not by '{}': {}", family_of(options).name, method,
          !family_of(options).classical.empty() ? "its circuits are parts of a classical model"
                                                : "its angles come out of a network");
  if (own) own->gradient = method;
  return options;
}

template <class T>
std::unique_ptr<Cell<T>> make_cell(const CellOptions& options) {
  return std::visit(
      [](const auto& own) -> std::unique_ptr<Cell<T>> {
        using Options = std::decay_t<decltype(own)>;
        if constexpr (std::is_same_v<Options, RegisterOptions>)
          return std::make_unique<RegisterCell<T>>(own);
        else if constexpr (std::is_same_v<Options, ControlledOptions>)
          return std::make_unique<ControlledCell<T>>(own);
        else if constexpr (std::is_same_v<Options, WindowOptions>)
          return std::make_unique<WindowCell<T>>(own);
        else
          return std::make_unique<GatedCell<T>>(own);
      },
      options);
}

template std::unique_ptr<Cell<float>> make_cell(const CellOptions&);
template std::unique_ptr<Cell<double>> make_cell(const CellOptions&);

}  // namespace ebit::inline cell
