// The inner loops of gated cells for the instruction set "avx2"; ebit/cell/CMakeLists.txt gives
// this file its flags.
#define EBIT_ISA avx2
#include "ebit/cell/gate_kernels_impl.h"
