// Everything that can be wrong with a training: one line on standard error, status 2, nothing half-written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

fs::path temporary(const std::string& name) { return fs::path(EBIT_TEST_TMP) / name; }

std::string file(const std::string& name, const std::string& text) {
  write_file_atomically(temporary(name), text);
  return temporary(name).string();
}

// A series of `rows` values; row `odd` (from 1) is `text`, and all are equal where `constant`.
std::string series(const std::string& name, int rows, int odd = 0, const std::string& text = "",
                   bool constant = false) {
  std::string content = "day,t\n";
  for (int row = 1; row <= rows; ++row) {
    content +=
        std::to_string(row) + "," + (row == odd ? text : std::to_string(constant ? 5 : row * 7 % 13)) + "\n";
  }
  return file(name, content);
}

void expect_one_line(const Outcome& outcome, const std::string& words) {
  EXPECT_EQ(outcome.status, kBadInput) << words;
  EXPECT_EQ(outcome.out, "") << words;
  EXPECT_THAT(outcome.error, HasSubstr(words));
  EXPECT_THAT(outcome.error, testing::StartsWith("ebit: "));
  EXPECT_EQ(std::count(outcome.error.begin(), outcome.error.end(), '\n'), 1) << outcome.error;
}

struct Case {
  std::vector<std::string> arguments;
  std::string words;
};

void expect_refused(const std::vector<Case>& cases) {
  const std::string place = folder("refused");
  for (const Case& c : cases) {
    std::vector<std::string> arguments = {"train"};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    arguments.insert(arguments.end(),
                     {"--epochs", "1", "--baselines", "none", "--no-plots", "-q", "-o", place});
    expect_one_line(ebit(arguments), c.words);
    EXPECT_FALSE(fs::exists(place)) << c.words;
    fs::remove_all(place);
  }
}

TEST(BadInput, Files) {
  const std::string wide = [] {
    std::string line;
    for (int i = 0; i < 200000; ++i) line += (i > 0 ? ",c" : "c") + std::to_string(i);
    return line + "\n";
  }();
  expect_refused({
      {{file("empty.csv", "")}, "is empty"},
      {{file("header.csv", "a,b\n"), "--target", "a"}, "and no rows"},
      {{temporary("").string()}, "is a folder"},
      {{file("data.csv.gz", "\x1f\x8b\x08")}, "gunzip"},
      {{file("binary.csv", std::string(100, '\0'))}, "not a text file"},
      {{file("wide.csv", wide), "--target", "c7"}, "no rows"},
      {{series("good.csv", 60), "--target", "tt"}, "did you mean 't'?"},
      {{series("good.csv", 60), "--target", "t", "--set", "points=3"},
       "--set has no effect here: it counts with --generator"},
      {{series("text.csv", 60, 30, "warm"), "--target", "t"}, "line 31, column 't': 'warm' is not a number"},
      {{series("nan.csv", 60, 30, "nan"), "--target", "t"}, "--missing interpolate"},
      {{series("inf.csv", 60, 30, "inf"), "--target", "t"}, "'inf' is not a finite number"},
      {{series("constant.csv", 60, 0, "", true), "--target", "t"}, "constant (always 5)"},
      {{series("short.csv", 6), "--target", "t"}, "the series has 6 rows"},
  });
}

TEST(BadInput, Options) {
  const std::string data = series("good.csv", 100);
  const auto with = [&](std::initializer_list<std::string> more) {
    std::vector<std::string> arguments = {data, "--target", "t"};
    arguments.insert(arguments.end(), more);
    return arguments;
  };
  expect_refused({
      {with({"--window", "0"}), "window is 0"},
      {with({"--horizon", "-1"}), "horizon is -1"},
      {with({"--batch", "0"}), "--batch must be at least 1"},
      {with({"--seeds", "0"}), "--seeds must be at least 1"},
      {with({"--n-system", "0"}), "the system register needs at least 1 wire, not 0"},
      {with({"--n-ancilla", "0"}), "the ancilla register needs at least 1 wire, not 0"},
      {with({"--layers-en", "-1"}), "layers must be 0 or more"},
      {with({"--n-system", "38"}), "would take 256 TiB of memory"},
      {with({"--n-system", "1000000"}), "more than 10^308 bytes"},
      {with({"--lr", "0"}), "--lr must be above 0"},
      {with({"--lr", "nan"}), "--lr: 'nan' is not a finite number"},
      {with({"--batch", "99999999999999"}), "--batch: '99999999999999' is too large"},
      {with({"--hidden", "colapse"}), "did you mean 'collapse'?"},
      {with({"--baseline", "lstm"}), "did you mean '--baselines'"},
      {with({"--readout", "Z9"}), "wire 9 is not there"},
      {with({"--ansatz-file", "absent.toml"}), "cannot read 'absent.toml'"},
      {with({"--encoder", "basis"}), "basis takes exactly one feature a wire"},
      {with({"--encoder", "arccos-angle", "--scaler", "none"}), "row 1 (1), column 't': 7"},
      {with({"--config", file("section.toml", "[trian]\nlr = 1\n")}), "section.toml:1: there is no section"},
      {with({"--config", file("choice.toml", "[model]\nhidden = \"colapse\"\n")}),
       "choice.toml:2: model.hidden: 'colapse' is not one of the choices; did you mean 'collapse'?"},
      {{"--generator", "noisy-sine", "--validation", "0.1"}, "the validation part has 10 of 100 rows"},
      {{"seattle-weather", "--target", "temp_max,temp_min,wind"}, "--n-system 3 or --head linear"},
  });
}

std::string trained(const std::string& name, const std::vector<std::string>& more = {}) {
  const std::string place = folder(name);
  std::vector<std::string> arguments = {"train",       series(name + ".csv", 100),
                                        "--target",    "t",
                                        "--epochs",    "2",
                                        "--n-system",  "1",
                                        "--baselines", "none",
                                        "--no-plots",  "-q",
                                        "-o",          place};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome outcome = ebit(arguments);
  EXPECT_EQ(outcome.status, kOk) << outcome.error;
  return place;
}

TEST(BadInput, DamagedRuns) {
  const std::string place = trained("damaged"), other = trained("other", {"--seed", "9"});
  const fs::path best = fs::path(place) / "best.safetensors", last = fs::path(place) / "last.safetensors";
  const std::string good_best = read_file(best), good_last = read_file(last);
  struct Damage {
    fs::path path;
    std::string content, words;
  };
  const std::vector<Damage> damages = {
      {best, good_best.substr(0, 300), "is truncated"},
      {best, good_best.substr(0, 4), "is not a safetensors file"},
      {best, "time,value\n1,2\n3,4\n", "is not a safetensors file"},
      {best, good_last, "not one that ebit wrote as ebit-weights"},
      {last, good_last.substr(0, good_last.size() - 5), "last.safetensors' is truncated"},
      {last, "", "is not a safetensors file"},
      {last, read_file(fs::path(other) / "last.safetensors"), "is of another training"},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.words);
    write_file_atomically(best, good_best);
    write_file_atomically(last, good_last);
    write_file_atomically(damage.path, damage.content);
    expect_one_line(ebit({"evaluate", place}), damage.words);
    expect_one_line(ebit({"forecast", place, "--no-plots"}), damage.words);
  }
}

TEST(BadInput, DataThatMovedOrChangedAreTold) {
  const std::string place = trained("moved");
  const fs::path data = temporary("moved.csv"), elsewhere = temporary("elsewhere.csv");
  fs::rename(data, elsewhere);
  for (const char* command : {"evaluate", "forecast", "report", "resume"})
    expect_one_line(ebit({command, place}), "the data of this run are gone");
  const Outcome evaluated = ebit({"evaluate", place, elsewhere.string()});
  EXPECT_EQ(evaluated.status, kOk) << evaluated.error;
  EXPECT_EQ(ebit({"forecast", place, "--no-plots", "--data", elsewhere.string()}).status, kOk);

  series("moved.csv", 100, 50, "25");  // beyond all that the scaler has seen
  expect_one_line(ebit({"evaluate", place}), "and with them how values are scaled");
  series("moved.csv", 100, 95, "12");
  const Outcome changed = ebit({"evaluate", place});
  EXPECT_EQ(changed.status, kOk);
  EXPECT_THAT(changed.error, HasSubstr("have changed since the training"));
  expect_one_line(ebit({"resume", place, "--epochs", "5", "-q"}), "is of another training");
}

TEST(BadInput, DivergedTrainingsKeepTheLastGoodEpoch) {
  const std::string place = folder("diverged");
  const Outcome outcome = ebit({"train",        series("diverged.csv", 200),
                                "--target",     "t",
                                "--validation", "0",
                                "--epochs",     "500",
                                "--n-system",   "1",
                                "--head",       "linear",
                                "--optimizer",  "sgd",
                                "--lr",         "1.5",
                                "--baselines",  "none",
                                "--no-plots",   "-q",
                                "-o",           place});
  expect_one_line(outcome, "batch ");
  EXPECT_THAT(outcome.error, HasSubstr("the training loss became"));
  EXPECT_EQ(ebit({"evaluate", place}).status, kOk) << "what was good can be used";
}

TEST(BadInput, OutputFolders) {
  const std::string data = series("good.csv", 100);
  const std::string plain = file("plain", "a file");
  const auto train_into = [&](const std::string& place) {
    return ebit({"train", data, "--target", "t", "--epochs", "1", "--n-system", "1", "--baselines", "none",
                 "--no-plots", "-q", "-o", place});
  };
  expect_one_line(train_into(plain), "a file of that name is there");
  expect_one_line(train_into(plain + "/below"), "cannot make the folder");
  const std::string place = trained("there");
  expect_one_line(train_into(place), "add --overwrite");

  // A disk that is full: the log is the first thing that a resumed run writes.
  const fs::path log = fs::path(place) / "log.txt";
  fs::remove(log);
  fs::create_symlink("/dev/full", log);
  expect_one_line(ebit({"resume", place, "--epochs", "4", "-q"}), "log.txt");
}

}  // namespace
}  // namespace ebit::cmd
