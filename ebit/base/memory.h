// How much memory there is, and sizes for people.
#pragma once

#include <string>

namespace ebit::inline base {

/// Bytes that can still be allocated without swapping (Linux: MemAvailable, elsewhere the physical memory).
double available_memory();

/// "1.5 GiB", "80 TiB": bytes with a binary unit; "10^32 bytes" where no unit reaches so far.
std::string readable_bytes(double bytes);

}  // namespace ebit::inline base
