// The loops of quantum neurons for the instruction set "baseline"; ebit/cell/CMakeLists.txt gives
// this file its flags.
#define EBIT_ISA baseline
#include "ebit/cell/rvqe/neuron_kernels_impl.h"
