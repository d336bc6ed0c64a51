// The inner loops of gated cells for the instruction set "baseline"; ebit/cell/CMakeLists.txt gives
// this file its flags.
#define EBIT_ISA baseline
#include "ebit/cell/gate_kernels_impl.h"
