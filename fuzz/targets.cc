#include "fuzz/targets.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

#include "ebit/base/choice.h"
#include "ebit/base/utf8.h"

namespace ebit::fuzz {
namespace {

constexpr Target kTargets[] = {
    {"series", "CSV, its times, its windows", series},
    {"dates", "times, and how they go on", dates},
    {"toml", "TOML as a document", toml},
    {"json", "JSON as a document", json},
    {"ansatz", "a user's gate list", ansatz},
    {"matrix-json", "a matrix of JSON", matrix_json},
    {"matrix-csv", "a matrix of CSV", matrix_csv},
    {"npy", "a matrix of NPY", npy},
    {"unitary", "a unitary by name, an observable", unitary},
    {"qasm", "OpenQASM, written again", qasm},
    {"device", "a device's table", device},
    {"noise-rule", "a noise model of rules", noise_rule},
    {"noise-file", "a file of noisy circuits", noise_file},
    {"recording", "a recorded training", recording},
    {"design", "wishes and edges of ebit design", design},
    {"safetensors", "named tensors", safetensors},
    {"checkpoint", "a checkpoint, or weights", checkpoint},
    {"model-spec", "what weights say of their model and data", model_spec},
    {"config", "config.toml of a run", config},
    {"settings", "the file of --config", settings},
    {"suite", "a suite of trainings", suite},
    {"sweep", "a sweep of settings", sweep},
    {"idx", "images and labels", idx},
    {"archive", "zip, tar, gzip, bzip2, xz", archive},
    {"text", "text, tokens", text},
    {"vocabulary", "vocabulary.txt of a run", vocabulary},
    {"sentences", "labelled sentences, pairs of them", sentences},
    {"word-vectors", "word vectors", word_vectors},
};

std::string_view input;  // what is being read: a message may quote it, escaped

// What is wrong with a message; "" where it is good.
std::string defect_of(std::string_view message) {
  constexpr std::size_t kMost = 4000;
  if (message.empty()) return "it is empty";
  if (message.size() > kMost) return fmt::format("it has {} bytes", message.size());
  if (shown(message, std::string::npos) != message) return "it holds what a terminal obeys, or is no UTF-8";
  for (const std::string_view word : {"json.exception", "toml::", "std::", "basic_string", "vector::"})
    // A quoted "std:" has a colon behind it.
    if (message.find(word) != std::string_view::npos &&
        shown(input, std::string::npos).find(word.substr(0, word.size() - 1)) == std::string::npos)
      return fmt::format("it holds '{}'", word);
  return "";
}

}  // namespace

std::span<const Target> targets() { return kTargets; }

const Target& find_target(std::string_view name) { return find_row(kTargets, "there is no target", name); }

int read_as(const Target& target, std::string_view bytes) {
  input = bytes;
  return target.run(bytes);
}

bool attempt(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const Error& error) {
    const std::string defect = defect_of(error.what());
    if (!defect.empty())
      throw std::logic_error(fmt::format("a bad message, {}: {}", defect, shown(error.what(), 1000)));
    return false;
  }
}

MemoryFile::MemoryFile(std::string_view bytes) : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
  std::size_t written = 0;
  while (file_ >= 0 && written < bytes.size()) {
    const ssize_t some = ::write(file_, bytes.data() + written, bytes.size() - written);
    if (some < 0) break;
    written += static_cast<std::size_t>(some);
  }
  if (file_ < 0 || written < bytes.size()) throw std::runtime_error("there is no memory for a file");
  path_ = fmt::format("/proc/self/fd/{}", file_);
}

MemoryFile::~MemoryFile() { ::close(file_); }

unsigned take_choice(std::string_view& bytes, unsigned choices) {
  if (bytes.empty()) return 0;
  const unsigned choice = static_cast<unsigned char>(bytes.front()) % choices;
  bytes.remove_prefix(1);
  return choice;
}

}  // namespace ebit::fuzz
