// What --help prints, wrapped to a width.
#pragma once

#include <span>
#include <string>

#include "ebit/cmd/command_doc.h"

namespace ebit::cmd {

/// The width that docs/cli.md is written at.
inline constexpr int kReferenceWidth = 100;

/// Columns that help may take: $COLUMNS, else the terminal's that standard output is, else kReferenceWidth;
/// from 40 to 120.
int help_width();

/// The help of one of `all` commands at a width of 40 or more columns; that of the program lists all.
std::string help_text(const CommandDoc& command, std::span<const CommandDoc> all, int width);

/// Words of `text` in lines of at most `width` columns (a longer word alone), each but the first indented by
/// `indent` blanks. Columns are counted by code points.
std::string wrapped(const std::string& text, int indent, int width);

}  // namespace ebit::cmd
