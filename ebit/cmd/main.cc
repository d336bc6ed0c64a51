// The entry of `ebit`, which starts at once and carries no libtorch; torch/main.cc is that of ebit-torch.
#include "ebit/cmd/command.h"

int main(int argc, char** argv) {
  return ebit::cmd::run_program(ebit::cmd::commands(), {argv + 1, argv + argc});
}
