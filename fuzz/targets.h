// What reads files that strangers wrote, each as a function of bytes: for a fuzzer, and for a test that
// replays what a fuzzer once found (replay.test.cc).
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace ebit::fuzz {

/// A row of the table of targets.
struct Target {
  std::string_view name;         ///< as in `make fuzz TARGETS=csv`, and of its folders in seeds/ and found/
  std::string_view help;         ///< one line: what reads the bytes
  int (*run)(std::string_view);  ///< reads them; how many of its readers took them. Throws as attempt() does
};

/// Every target.
std::span<const Target> targets();

/// The target of that name. Throws ebit::Error with the nearest one.
const Target& find_target(std::string_view name);

/// Gives `bytes` to the target. @returns how many of its readers took them. Throws as attempt() does.
int read_as(const Target& target, std::string_view bytes);

/// Runs `work`. An ebit::Error is how bad input is refused, if its message is one short line of valid UTF-8
/// without control characters and without the words of a library's exception; for any other it throws
/// std::logic_error.
/// @returns whether nothing was thrown.
bool attempt(const std::function<void()>& work);

/// Bytes as a regular file that lies in memory, for readers that want a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }  ///< its name

 private:
  int file_;
  std::filesystem::path path_;
};

/// The first byte of `bytes` modulo `choices`, and taken away; 0 where there is none.
unsigned take_choice(std::string_view& bytes, unsigned choices);

int series(std::string_view bytes);        ///< CSV to a series to windows
int dates(std::string_view bytes);         ///< times, and how they go on
int toml(std::string_view bytes);          ///< TOML as a document
int json(std::string_view bytes);          ///< JSON as a document
int ansatz(std::string_view bytes);        ///< a user's gate list
int matrix_json(std::string_view bytes);   ///< a matrix of JSON
int matrix_csv(std::string_view bytes);    ///< a matrix of CSV
int npy(std::string_view bytes);           ///< a matrix of NPY
int unitary(std::string_view bytes);       ///< a unitary by name, and an observable
int qasm(std::string_view bytes);          ///< OpenQASM, written again in every dialect
int device(std::string_view bytes);        ///< a device's table
int noise_rule(std::string_view bytes);    ///< a noise model of rules
int noise_file(std::string_view bytes);    ///< a file of noisy circuits, and its values
int recording(std::string_view bytes);     ///< a recorded training, for replay
int design(std::string_view bytes);        ///< wishes and edges of `ebit design`
int safetensors(std::string_view bytes);   ///< named tensors
int checkpoint(std::string_view bytes);    ///< a checkpoint, or weights
int model_spec(std::string_view bytes);    ///< what a file of weights says of its model and data
int config(std::string_view bytes);        ///< config.toml of a run
int settings(std::string_view bytes);      ///< the file of --config
int suite(std::string_view bytes);         ///< a suite of trainings
int sweep(std::string_view bytes);         ///< a sweep of settings
int idx(std::string_view bytes);           ///< images and labels
int archive(std::string_view bytes);       ///< zip, tar, gzip, bzip2, xz
int text(std::string_view bytes);          ///< text, tokens, vocabularies
int vocabulary(std::string_view bytes);    ///< vocabulary.txt of a run
int sentences(std::string_view bytes);     ///< labelled sentences, pairs of sentences
int word_vectors(std::string_view bytes);  ///< word vectors

}  // namespace ebit::fuzz
