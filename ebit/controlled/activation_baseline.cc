// The activations for the instruction set "baseline"; ebit/controlled/CMakeLists.txt gives this file its
// flags.
#define EBIT_ISA baseline
#include "ebit/controlled/activation_impl.h"
