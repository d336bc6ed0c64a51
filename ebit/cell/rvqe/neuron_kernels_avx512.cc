// The loops of quantum neurons for the instruction set "avx512"; ebit/cell/CMakeLists.txt gives
// this file its flags.
#define EBIT_ISA avx512
#include "ebit/cell/rvqe/neuron_kernels_impl.h"
