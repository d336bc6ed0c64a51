#include "ebit/cell/rvqe/neuron_kernels.h"

#include "ebit/cell/kernel_tables.h"

EBIT_KERNEL_TABLES(NeuronKernels, neurons, neuron_kernels, "quantum neurons")
