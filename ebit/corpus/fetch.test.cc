// The downloader against a web server on this machine.
#include "ebit/corpus/fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "ebit/corpus/sha256.h"
#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const TransferProgress kSilent;

/// testing/http_server.py over a folder, for the time of a test.
class WebServer {
 public:
  explicit WebServer(const fs::path& folder) : folder_(folder) {
    std::array<int, 2> in{}, out{};
    if (::pipe(in.data()) != 0 || ::pipe(out.data()) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      for (const int end : {in[0], in[1], out[0], out[1]}) ::close(end);
      ::execlp("python3", "python3", EBIT_SOURCE_DIR "/ebit/corpus/testing/http_server.py", folder.c_str(),
               nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    std::FILE* answer = ::fdopen(out[0], "r");
    EXPECT_EQ(std::fscanf(answer, "%d", &port_), 1) << "python3 does not run the test's server";
    std::fclose(answer);
  }
  ~WebServer() { stop(); }
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  void stop() {
    if (input_ < 0) return;
    ::close(input_);
    ::waitpid(child_, nullptr, 0);
    input_ = -1;
  }
  std::string address(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}/{}", port_, path);
  }
  std::string requests() const { return read_file(folder_ / "requests.log"); }

 private:
  fs::path folder_;
  pid_t child_ = -1;
  int input_ = -1, port_ = 0;
};

std::string content() {
  std::string bytes;
  for (int i = 0; i < 300000; ++i) bytes += static_cast<char>((i * 7 + i / 251) % 253);
  return bytes;
}

TEST(Sha256, KnownSums) {
  const TestFolder folder;
  EXPECT_EQ(sha256_of_file(folder.file("e", "")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of_file(folder.file("a", "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_THAT(error_of([&] { sha256_of_file(folder.path()); }), HasSubstr("it is a folder"));
  EXPECT_THAT(error_of([&] { sha256_of_file(folder.path() / "none"); }), HasSubstr("cannot read"));
}

TEST(Download, WholeFilesRedirectsAndFileAddresses) {
  const TestFolder folder;
  folder.file("f", content());
  const WebServer server(folder.path());
  std::uint64_t done = 0, total = 0;
  EXPECT_TRUE(download(server.address("f"), folder.path() / "one", [&](std::uint64_t now, std::uint64_t all) {
    done = now, total = all;
    return true;
  }));
  EXPECT_EQ(done, 300000u);
  EXPECT_EQ(total, 300000u);
  EXPECT_TRUE(download(server.address("moved/f"), folder.path() / "two", kSilent));
  EXPECT_TRUE(download("file://" + (folder.path() / "f").string(), folder.path() / "three", kSilent));
  for (const char* name : {"one", "two", "three"})
    EXPECT_EQ(read_file(folder.path() / name), content()) << name;
}

TEST(Download, GoesOnWhereItBrokeOff) {
  const TestFolder folder;
  folder.file("f", content());
  const WebServer server(folder.path());
  const auto partial = folder.path() / "p";
  EXPECT_THAT(error_of([&] { download(server.address("broken/f"), partial, kSilent); }),
              AllOf(HasSubstr("broke off after 146 KiB"), HasSubstr("run the command again")));
  ASSERT_EQ(fs::file_size(partial), 150000u);
  EXPECT_TRUE(download(server.address("f"), partial, kSilent));
  EXPECT_EQ(read_file(partial), content());
  EXPECT_THAT(server.requests(), HasSubstr("/f bytes=150000-"));
  // All there already: the server has nothing beyond the end, and the file is got anew.
  EXPECT_TRUE(download(server.address("f"), partial, kSilent));
  EXPECT_EQ(read_file(partial), content());
}

TEST(Download, ServersWithoutRangesStartAnew) {
  const TestFolder folder;
  folder.file("f", content());
  const WebServer server(folder.path());
  const auto partial = folder.file("p", content().substr(0, 1000));
  EXPECT_TRUE(download(server.address("whole/f"), partial, kSilent));
  EXPECT_EQ(read_file(partial), content());
}

TEST(Download, CanBeStoppedAndGoesOn) {
  const TestFolder folder;
  folder.file("f", content());
  const WebServer server(folder.path());
  const auto partial = folder.path() / "p";
  EXPECT_FALSE(
      download(server.address("f"), partial, [](std::uint64_t done, std::uint64_t) { return done == 0; }));
  EXPECT_TRUE(download(server.address("f"), partial, kSilent));
  EXPECT_EQ(read_file(partial), content());
}

TEST(Download, WhatCannotBeGotIsOneLine) {
  const TestFolder folder;
  WebServer server(folder.path());
  const auto partial = folder.path() / "p";
  const auto refusal = [&](const std::string& address) {
    return error_of([&] { download(address, partial, kSilent); });
  };
  EXPECT_THAT(refusal(server.address("none")),
              AllOf(HasSubstr("/none answers with HTTP status 404"), HasSubstr("--from")));
  EXPECT_THAT(refusal("gopher://127.0.0.1/"), HasSubstr("cannot get gopher://"));
  EXPECT_THAT(refusal("file:///no/such/file"), HasSubstr("cannot get file:///no/such/file"));
  EXPECT_FALSE(fs::exists(partial)) << "nothing came, nothing is left";
  server.stop();
  EXPECT_THAT(refusal(server.address("f")),
              AllOf(HasSubstr("cannot reach"), HasSubstr("is there a network?")));
  EXPECT_THAT(error_of([&] { download("file:///dev/null", folder.path() / "no" / "p", kSilent); }),
              HasSubstr("cannot write"));
}

/// A corpus of two files on a server.
struct Corpus {
  explicit Corpus(const WebServer& server, std::string sum_of_second)
      : second_sum(std::move(sum_of_second)), addresses{server.address("a"), server.address("b")} {
    files[0] = {"a", addresses[0], first_sum, 3};
    files[1] = {"b", addresses[1], second_sum, 0};
    row.name = "test";
    row.files = files;
  }
  std::string first_sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // of "abc"
  std::string second_sum;
  std::array<std::string, 2> addresses;
  std::array<CorpusFile, 2> files{};
  CorpusRow row{};
};

TEST(Fetch, PutsCheckedFilesInPlaceOnce) {
  const TestFolder folder;
  folder.file("served/a", "abc");
  folder.file("served/b", "bee");
  WebServer server(folder.path() / "served");
  const Corpus corpus(server, sha256_of_file(folder.path() / "served/b"));
  const FetchOptions options{folder.path() / "mine", "", false};
  const auto fetched = fetch_corpus(corpus.row, options, {});
  ASSERT_EQ(fetched.size(), 2u);
  EXPECT_EQ(read_file(folder.path() / "mine/test/a"), "abc");
  EXPECT_EQ(read_file(folder.path() / "mine/test/b"), "bee");
  EXPECT_TRUE(fetched[0].pinned && !fetched[0].was_there);
  EXPECT_FALSE(fs::exists(folder.path() / "mine/test/a.partial"));
  server.stop();  // nothing is asked for again
  for (const FetchedFile& file : fetch_corpus(corpus.row, options, {})) EXPECT_TRUE(file.was_there);
  EXPECT_EQ(find_corpus(corpus.row, folder.path() / "mine")->files.size(), 2u);
}

TEST(Fetch, WrongFilesAreNotLeftThere) {
  const TestFolder folder;
  folder.file("served/a", "abd");
  const WebServer server(folder.path() / "served");
  const Corpus corpus(server, "");
  EXPECT_THAT(error_of([&] {
                fetch_corpus(corpus.row, {folder.path() / "mine", "", false}, {});
              }),
              AllOf(HasSubstr("'a' from http://"), HasSubstr("is not the file that was meant"),
                    HasSubstr("ba7816bf")));
  EXPECT_FALSE(fs::exists(folder.path() / "mine"));
}

TEST(Fetch, TheBeginningOfAnotherFileIsNoHarm) {
  const TestFolder folder;
  folder.file("served/a", "abc");
  folder.file("served/b", "bee");
  folder.file("mine/test/a.partial", "x");
  const WebServer server(folder.path() / "served");
  const Corpus corpus(server, sha256_of_file(folder.path() / "served/b"));
  fetch_corpus(corpus.row, {folder.path() / "mine", "", false}, {});
  EXPECT_EQ(read_file(folder.path() / "mine/test/a"), "abc");
}

TEST(Fetch, FilesThatCannotBeCheckedMustBeAskedFor) {
  const TestFolder folder;
  folder.file("served/a", "abc");
  folder.file("served/b", "bee");
  const WebServer server(folder.path() / "served");
  const Corpus corpus(server, "");
  FetchOptions options{folder.path() / "mine", "", false};
  EXPECT_THAT(error_of([&] { fetch_corpus(corpus.row, options, {}); }),
              AllOf(HasSubstr("'b' cannot be checked"), HasSubstr("--unpinned")));
  options.unpinned = true;
  EXPECT_FALSE(fetch_corpus(corpus.row, options, {})[1].pinned);
}

TEST(Fetch, FilesAtHandAreCheckedAndCopied) {
  const TestFolder folder;
  folder.file("hand/a", "abc");
  const WebServer server(folder.path());
  const Corpus corpus(server, sha256_of_file(folder.file("bee", "bee")));
  const FetchOptions options{folder.path() / "mine", folder.path() / "hand", false};
  EXPECT_THAT(error_of([&] { fetch_corpus(corpus.row, options, {}); }), HasSubstr("hand' does not hold 'a'"));
  folder.file("hand/b", "wasp");
  EXPECT_THAT(error_of([&] { fetch_corpus(corpus.row, options, {}); }), HasSubstr("'b' from '"));
  EXPECT_FALSE(fs::exists(folder.path() / "mine/test/b"));
  folder.file("hand/b", "bee");
  EXPECT_EQ(fetch_corpus(corpus.row, options, {}).size(), 2u);
  EXPECT_EQ(read_file(folder.path() / "mine/test/b"), "bee");
}

}  // namespace
}  // namespace ebit::inline corpus
