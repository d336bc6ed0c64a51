#include "ebit/cell/register/memory_engine.h"

#include "ebit/base/error.h"
#include "ebit/cell/register/ancilla_memory.h"
#include "ebit/cell/register/mixture_memory.h"
#include "ebit/cell/register/whole_memory.h"

namespace ebit::inline cell {

template <class T>
void MemoryEngine<T>::read(std::span<const Observable> readout, const T*, const StepWorkspace<T>& w,
                           T* y) const {
  for (std::size_t k = 0; k < readout.size(); ++k) expectation(w.psi[0], readout[k], y + k * kLanes<T>);
}

template <class T>
void MemoryEngine<T>::read_backward(std::span<const Observable> readout, const T*, const T* d_y,
                                    StepWorkspace<T>& w, T*) const {
  for (std::size_t k = 0; k < readout.size(); ++k)
    expectation_backward(w.psi[0], readout[k], d_y + k * kLanes<T>, w.g[0]);
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
  template class MemoryEngine<T>;                                                                        \
  template std::unique_ptr<MemoryEngine<T>> make_memory_engine<T>(const HiddenUpdate<T>&, RegisterShape, \
                                                                  const Encoder&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
