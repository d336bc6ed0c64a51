#include "ebit/bench/peers.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>
#include <sstream>

#include "ebit/base/error.h"

namespace ebit::bench {
namespace {

struct Output {
  std::string text;
  int status;
};

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

Output output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  require(pipe != nullptr, "cannot run {}: {}", command, std::strerror(errno));
  std::string text;
  char block[4096];
  while (const std::size_t n = std::fread(block, 1, sizeof block, pipe)) text.append(block, n);
  const int status = ::pclose(pipe);
  return {std::move(text), WIFEXITED(status) ? WEXITSTATUS(status) : 128};
}

// Both are of the same unit and read the same kind of thing: the training as such, or everything of workload
// C.
bool comparable(const Result& ours, const nlohmann::json& line) {
  return ours.workload == line.at("workload") && ours.size == line.at("size") &&
         ours.dtype == line.at("dtype") && ours.unit == line.at("unit") && ours.variant != "gates";
}

std::string versions_of(const nlohmann::json& line) {
  std::string text;
  for (const auto& [name, version] : line.at("versions").items())
    text += (text.empty() ? "" : ", ") + name + " " + version.get<std::string>();
  return text;
}

void add_line(const nlohmann::json& line, const std::vector<Result>& ours, PeerReport& report) {
  const std::string peer = line.at("peer");
  if (line.contains("skipped")) {
    report.notes.push_back(fmt::format("{}: {}", peer, line.at("skipped").get<std::string>()));
    return;
  }
  std::set<std::string> variants;
  for (const Result& own : ours) {
    // Our figure stands once for each thing that it was compared with before.
    if (!comparable(own, line) || !variants.insert(own.variant).second) continue;
    Result result = own;
    result.against = peer, result.theirs = line.at("seconds").get<Seconds>();
    result.share.reset(), result.factor.reset(), result.recorded = false;
    result.note = fmt::format("{}; {}", versions_of(line), line.value("note", ""));
    result.more = {{"peer_versions", line.at("versions")}};
    report.results.push_back(std::move(result));
  }
}

}  // namespace

std::filesystem::path peers_folder() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto above = program.parent_path().parent_path();
  // Installed as libexec/ebit/ebit-torch: the prefix is two folders up.
  for (const std::filesystem::path& folder :
       {std::filesystem::path(EBIT_PEERS_SOURCE_DIR), above.parent_path() / "share" / "ebit" / "peers"})
    if (std::filesystem::exists(folder / "peers_common.py", ignored)) return folder;
  fail("the scripts of --peers are not found; install ebit again, or leave --peers out");
}

void check_peers(const BenchOptions& options) {
  require(output_of(quoted(options.python) + " --version 2>/dev/null").status == 0,
          "cannot run '{}', the interpreter of --python; name another, or leave --peers out", options.python);
  peers_folder();
}

PeerReport read_peer_lines(std::string_view lines, const std::vector<Result>& ours,
                           const std::string& script) {
  PeerReport report;
  std::istringstream stream{std::string(lines)};
  for (std::string line; std::getline(stream, line);) {
    try {
      add_line(nlohmann::json::parse(line), ours, report);
    } catch (const nlohmann::json::exception& error) {
      fail("{} printed what is no line of a peer: '{}' ({})", script, line, error.what());
    }
  }
  return report;
}

PeerReport run_peers(const Bench& bench, const std::vector<Result>& ours) {
  check_peers(bench.options);
  const std::string python = quoted(bench.options.python);
  std::vector<std::filesystem::path> scripts;
  for (const auto& entry : std::filesystem::directory_iterator(peers_folder()))
    if (entry.path().filename().string().starts_with("peer_") && entry.path().extension() == ".py")
      scripts.push_back(entry.path());
  std::sort(scripts.begin(), scripts.end());
  PeerReport report;
  for (const auto& script : scripts) {
    const std::string name = script.filename().string();
    bench.next("peers: " + name);
    const Output output =
        output_of(fmt::format("{} {}{} --threads {} 2>/dev/null", python, quoted(script.string()),
                              bench.options.quick ? " --quick" : "", bench.options.threads));
    if (output.status != 0)
      report.notes.push_back(
          fmt::format("{} ended with status {}: run it by itself to see why", name, output.status));
    PeerReport part = read_peer_lines(output.text, ours, name);
    report.results.insert(report.results.end(), part.results.begin(), part.results.end());
    report.notes.insert(report.notes.end(), part.notes.begin(), part.notes.end());
  }
  return report;
}

}  // namespace ebit::bench
