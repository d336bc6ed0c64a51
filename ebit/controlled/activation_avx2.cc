// The activations for the instruction set "avx2"; ebit/controlled/CMakeLists.txt gives this file its flags.
#define EBIT_ISA avx2
#include "ebit/controlled/activation_impl.h"
