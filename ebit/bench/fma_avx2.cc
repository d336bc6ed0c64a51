// The limits' loops for the instruction set "avx2"; ebit/bench/CMakeLists.txt gives this file its compiler
// flags.
#define EBIT_ISA avx2
#include "ebit/bench/fma_loop.h"
