#include "ebit/cell/memory_engine.h"

#include "ebit/base/error.h"
#include "ebit/cell/ancilla_memory.h"
#include "ebit/cell/mixture_memory.h"
#include "ebit/cell/whole_memory.h"

namespace ebit {

template <class T>
StepWorkspace<T>::StepWorkspace(RegisterShape shape, std::size_t columns) {
  const int wires = shape.system + shape.ancilla;
  const std::size_t whole = (std::size_t{2} << wires) * kLanes<T>;
  const std::size_t parts = 2 * (shape.systems() + shape.ancillas()) * kLanes<T>;
  numbers.assign(2 * columns * whole + 2 * parts, T(0));
  T* next = numbers.data();
  const auto take = [&](int tile_wires) {
    const std::size_t half = (std::size_t{1} << tile_wires) * kLanes<T>;
    const Tile<T> tile{next, next + half, tile_wires};
    next += 2 * half;
    return tile;
  };
  for (std::size_t c = 0; c < columns; ++c) psi.push_back(take(wires));
  for (std::size_t c = 0; c < columns; ++c) g.push_back(take(wires));
  system = take(shape.system), g_system = take(shape.system);
  ancilla = take(shape.ancilla), g_ancilla = take(shape.ancilla);
}

template <class T>
std::unique_ptr<MemoryEngine<T>> make_memory_engine(const HiddenUpdate<T>& update, RegisterShape shape,
                                                    const Encoder& encoder) {
  switch (update.memory) {
    case Memory::kAncillaState:
      return std::make_unique<AncillaMemory<T>>(update, shape);
    case Memory::kMixture:
      return std::make_unique<MixtureMemory<T>>(shape);
    case Memory::kWholeState:
      require(encoder.build != nullptr,
              "hidden update '{}' needs an encoder made of gates, which acts on top of a state; '{}' writes "
              "a new one",
              update.name, encoder.name);
      return std::make_unique<WholeMemory<T>>(shape);
  }
  fail("hidden update '{}' has no memory engine", update.name);
}

#define EBIT_INSTANTIATE(T)                                                                              \
  template struct StepWorkspace<T>;                                                                      \
  template std::unique_ptr<MemoryEngine<T>> make_memory_engine<T>(const HiddenUpdate<T>&, RegisterShape, \
                                                                  const Encoder&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit
