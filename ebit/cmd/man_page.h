// Manual pages in roff, of what --help says.
#pragma once

#include <span>
#include <string>

#include "ebit/cmd/command_doc.h"

namespace ebit::cmd {

/// The name of a command's page in section 1: "ebit-train", or "ebit" of the program itself.
std::string man_name(const CommandDoc& command);

/// The page of one of `all` commands.
std::string man_page(const CommandDoc& command, std::span<const CommandDoc> all);

}  // namespace ebit::cmd
