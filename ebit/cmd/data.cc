// ebit data: the catalogue of corpora, and getting one.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/corpus/catalogue.h"
#include "ebit/corpus/fetch.h"
#include "ebit/report/progress.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct DataFlags {
  std::string action;
  std::vector<std::string> names;
  std::string folder, from;
  bool unpinned = false, json = false;
};

struct Task {
  std::string name;
  int (*run)(const DataFlags& options);
};

int list(const DataFlags& options);
int get(const DataFlags& options);

const std::vector<Task>& tasks() {
  static const std::vector<Task> table{{"list", list}, {"get", get}};
  return table;
}

int run(const DataFlags& options) { return find_row(tasks(), "no action", options.action).run(options); }

fs::path folder_of(const DataFlags& options) {
  return options.folder.empty() ? corpora_folder() : fs::path(options.folder);
}

// The bytes of a corpus' files together; 0 where one is not known.
std::uint64_t size_of(const CorpusRow& row) {
  std::uint64_t sum = 0;
  for (const CorpusFile& file : row.files) {
    if (file.bytes == 0) return 0;
    sum += file.bytes;
  }
  return sum;
}

std::string size_text(std::uint64_t bytes) {
  return bytes == 0 ? "not known" : readable_bytes(static_cast<double>(bytes));
}

bool is_pinned(const CorpusRow& row) {
  return std::ranges::none_of(row.files, [](const CorpusFile& file) { return file.sha256.empty(); });
}

}  // namespace

Action setup_data(Parser& parser) {
  auto options = std::make_shared<DataFlags>();
  parser
      .add_option("ACTION", options->action,
                  "list: what there is and where; get: download, check, put in place")
      .offers({"list", "get"})
      .required();
  parser.add_option("NAME", options->names, "The corpora to list (all by default) or to get")
      .offers(names_of(catalogue()));
  parser
      .add_option("--dir", options->folder,
                  "The folder of downloads (default: $EBIT_CORPORA, else ~/.local/share/ebit/corpora)")
      .type_name("FOLDER");
  parser.add_option("--from", options->from, "Take the files from this folder instead of the network")
      .type_name("FOLDER");
  parser.add_flag("--unpinned", options->unpinned,
                  "Accept files that cannot be checked because no SHA-256 of them is pinned");
  parser.add_flag("--json", options->json, "Print the list as JSON");
  return [options] { return run(*options); };
}

namespace {

std::vector<const CorpusRow*> chosen(const DataFlags& options) {
  std::vector<const CorpusRow*> rows;
  for (const std::string& name : options.names) rows.push_back(&corpus_row(name));
  return rows;
}

Json facts(const CorpusRow& row, const fs::path& folder) {
  const auto place = find_corpus(row, folder);
  Json files = Json::array(), found = Json::array();
  for (const CorpusFile& file : row.files)
    files.push_back(
        {{"name", file.name}, {"address", file.address}, {"sha256", file.sha256}, {"bytes", file.bytes}});
  if (place) {
    for (const fs::path& path : place->files) found.push_back(path.string());
  }
  return {{"name", row.name}, {"task", row.task}, {"licence", row.licence}, {"credit", row.credit},
          {"help", row.help}, {"files", files},   {"package", row.package}, {"found", found}};
}

int list(const DataFlags& options) {
  require(options.from.empty() && !options.unpinned, "--from and --unpinned belong to 'ebit data get'");
  const fs::path folder = folder_of(options);
  std::vector<const CorpusRow*> rows = chosen(options);
  if (rows.empty()) {
    for (const CorpusRow& row : catalogue()) rows.push_back(&row);
  }
  if (options.json) {
    Json all = Json::array();
    for (const CorpusRow* row : rows) all.push_back(facts(*row, folder));
    print_json(all);
    return kOk;
  }
  TextTable table;
  for (const char* heading : {"corpus", "task", "there", "size", "checked by", "licence", "what"})
    table.columns.push_back({heading, false});
  for (const CorpusRow* row : rows) {
    const auto place = find_corpus(*row, folder);
    table.rows.push_back({std::string(row->name), std::string(row->task), place ? "yes" : "no",
                          size_text(size_of(*row)), is_pinned(*row) ? "SHA-256" : "nothing",
                          std::string(row->licence), std::string(row->help)});
    if (!options.names.empty() && place) {
      for (const fs::path& path : place->files)
        table.notes.push_back(fmt::format("{}: {}", row->name, path.string()));
    }
    if (!options.names.empty()) {
      for (const CorpusFile& file : row->files) {
        if (!file.address.empty()) table.notes.push_back(fmt::format("{}: {}", row->name, file.address));
      }
      table.notes.push_back(fmt::format("{}: {}", row->name, row->credit));
    }
  }
  table.notes.push_back(fmt::format("downloads: {}; 'ebit data get NAME' gets one", folder.string()));
  print(table_text(table));
  return kOk;
}

// A progress line on standard error, and Ctrl-C looked at.
TransferProgress show_progress(const CorpusFile& file) {
  constexpr std::uint64_t kUnit = 1024;
  auto line = std::make_shared<std::unique_ptr<Progress>>();
  return [line, name = std::string(file.name), last = std::uint64_t{0}](std::uint64_t done,
                                                                        std::uint64_t total) mutable {
    if (interrupted()) return false;
    if (total == 0 || done == last) return true;
    if (!*line) *line = std::make_unique<Progress>(stderr, name, "KiB", total / kUnit, last / kUnit);
    (*line)->update(done / kUnit, readable_bytes(static_cast<double>(done)));
    if (done == total) (*line)->finish();
    last = done;
    return true;
  };
}

int get_one(const CorpusRow& row, const DataFlags& options) {
  const fs::path folder = folder_of(options);
  print(fmt::format("{}: {}\nsource: {}\nlicence: {}, size: {}\n", row.name, row.help, row.credit,
                    row.licence, size_text(size_of(row))));
  const bool given = row.included || (!row.installed.empty() && fs::exists(row.installed));
  if (const auto place = find_corpus(row, folder); given && place && options.from.empty()) {
    print(fmt::format("it is there already: {}\n", place->files.front().string()));
    return kOk;
  }
  require(!row.included,
          "the corpus '{}' comes with ebit and is not to be got; set EBIT_DATA_DIR to ebit's folder 'data'",
          row.name);
  flush_output();
  const auto files = fetch_corpus(row, {folder, options.from, options.unpinned}, show_progress);
  if (files.empty()) return kInterrupted;
  for (const FetchedFile& file : files) {
    print(fmt::format("{} {}\n  SHA-256 {}{}\n",
                      file.was_there ? "already there:" : "put in place:", file.path.string(), file.sha256,
                      file.pinned ? " as it should be" : ", not pinned: nothing to compare it with"));
  }
  return kOk;
}

int get(const DataFlags& options) {
  require(!options.json, "--json belongs to 'ebit data list'");
  require(!options.names.empty(), "'ebit data get' needs the NAME of a corpus; 'ebit data list' shows them");
  const std::vector<const CorpusRow*> rows =
      chosen(options);  // a misspelt name is told before the first transfer
  catch_interrupts();
  for (const CorpusRow* row : rows) {
    if (const int status = get_one(*row, options); status != kOk) return status;
  }
  return kOk;
}

}  // namespace
}  // namespace ebit::cmd
