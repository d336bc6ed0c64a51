// One file over the network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace ebit::inline corpus {

/// Called with the bytes there are and the bytes in all (0: not known yet); false stops the transfer.
using TransferProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// Fetches `address` (http, https, file) into `partial`. Where `partial` holds bytes of an earlier transfer
/// the rest is asked for (Range); a server that sends the whole file starts it anew. Returns false, with what
/// has come kept for the next call, where `progress` stopped it.
///
/// Throws Error, one line, for an address that cannot be reached (no network, no such host, no such file, an
/// HTTP status of 400 or more), a transfer that breaks off or stands still for a minute, and a disk that is
/// full; what has come is kept for the next call.
bool download(const std::string& address, const std::filesystem::path& partial,
              const TransferProgress& progress);

}  // namespace ebit::inline corpus
