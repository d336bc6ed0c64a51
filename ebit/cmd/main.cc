// The entry of both executables: `ebit`, which starts at once, and `ebit-torch`, which it starts for the
// commands that need libtorch. They differ in what is linked, not in what is written here.
#include "ebit/cmd/command.h"

int main(int argc, char** argv) {
  return ebit::cmd::run_program(ebit::cmd::commands(), {argv + 1, argv + argc});
}
