// A folder that belongs to one question: a file in it says which, so that the same question goes on in it and
// another one does not spoil it.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace ebit::analysis {

/// Whose folder it is.
struct FolderMark {
  std::string what;  ///< "study", for messages
  std::string file;  ///< the name of the file that marks it, such as "study.json"
  /// Whether an entry is one that may be deleted with --overwrite; the mark need not be said.
  std::function<bool(const std::filesystem::path& entry)> ours;
};

/// Makes the folder and its mark, which holds `settings`; where it has one with the same settings, only what
/// killed processes left unfinished is deleted. With `overwrite`, what another question left there is deleted
/// first. Throws Error for a folder that holds something else, or other settings and not `overwrite`.
void prepare_marked_folder(const std::filesystem::path& folder, const FolderMark& mark,
                           const nlohmann::ordered_json& settings, bool overwrite);

/// Whose folder it is, "study", "suite" or "sweep"; "" where it has no mark.
std::string marked_as(const std::filesystem::path& folder);

/// Deletes a folder that holds nothing but its mark.
void forget_marked_folder(const std::filesystem::path& folder, const FolderMark& mark);

}  // namespace ebit::analysis
