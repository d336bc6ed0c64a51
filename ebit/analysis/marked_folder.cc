#include "ebit/analysis/marked_folder.h"

#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/file_lock.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Whether a file is no one's: what a killed program left, or the lock.
bool is_left_over(const std::string& name) { return name == kLockFile || !partial_target(name).empty(); }

// Deletes what an earlier question left in its folder, and nothing else.
void clear(const fs::path& folder, const FolderMark& mark) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    require(name == mark.file || is_left_over(name) || mark.ours(entry.path()),
            "'{}' also holds '{}', which is not ebit's: move it away before --overwrite", folder.string(),
            name);
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename() == mark.file) continue;  // last, so that the folder keeps its mark
    fs::remove_all(entry.path(), error);
    require(!error, "cannot delete '{}': {}", entry.path().string(), error.message());
  }
}

// Whether a folder without the mark is free: empty, or another process is just about to mark it.
bool is_free(const fs::path& folder, const FolderMark& mark) {
  std::error_code error;
  if (!fs::exists(folder, error)) return true;
  for (const auto& entry : fs::directory_iterator(folder))
    if (!entry.path().filename().string().starts_with(mark.file)) return false;
  return true;
}

}  // namespace

void prepare_marked_folder(const fs::path& folder, const FolderMark& mark, const Json& settings,
                           bool overwrite) {
  std::error_code error;
  const fs::path file = folder / mark.file;
  require(!fs::exists(folder, error) || fs::is_directory(folder, error),
          "cannot write the {} to '{}': a file of that name is there", mark.what, folder.string());
  // In this order: what another process does behind the first look, the second one sees.
  const bool free = is_free(folder, mark);
  if (fs::exists(file, error)) {
    const Json earlier = Json::parse(read_file(file), nullptr, false);
    const bool readable = earlier.is_object();
    bool same_settings = readable, same_data = readable;
    for (const auto& [key, value] : settings.items())
      (key == "data_hash" ? same_data : same_settings) &= readable && earlier.value(key, Json()) == value;
    if (same_settings && same_data && !overwrite) {
      remove_dead_partial_files(folder);
      return;
    }
    require(overwrite, "'{}' holds a {} {}: add --overwrite to replace it, or choose another folder with -o",
            folder.string(), mark.what,
            same_settings ? "of data that have changed since" : "with other settings");
    clear(folder, mark);
  } else {
    require(free, "'{}' is there and holds something else: choose another folder with -o", folder.string());
  }
  make_folder(folder);
  write_file_atomically(file, settings.dump(1) + "\n");
}

void forget_marked_folder(const fs::path& folder, const FolderMark& mark) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename() != mark.file && entry.path().filename() != kLockFile) return;
  fs::remove_all(folder, error);
}

std::string marked_as(const fs::path& folder) {
  std::error_code error;
  for (const std::string what : {"study", "suite", "sweep"})
    if (fs::is_regular_file(folder / (what + ".json"), error)) return what;
  return "";
}

}  // namespace ebit::analysis
