// One program for every target: libFuzzer's main, with the target named by EBIT_FUZZ_TARGET.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "ebit/base/error.h"
#include "fuzz/targets.h"

namespace {

const ebit::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* const name = std::getenv("EBIT_FUZZ_TARGET");
  try {
    chosen = &ebit::fuzz::find_target(name ? name : "");
  } catch (const ebit::Error& error) {
    std::fprintf(stderr, "EBIT_FUZZ_TARGET: %s\n", error.what());
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ebit::fuzz::read_as(*chosen, {reinterpret_cast<const char*>(data), size});
  return 0;
}
