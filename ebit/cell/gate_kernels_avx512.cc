// The inner loops of gated cells for the instruction set "avx512"; ebit/cell/CMakeLists.txt gives
// this file its flags.
#define EBIT_ISA avx512
#include "ebit/cell/gate_kernels_impl.h"
