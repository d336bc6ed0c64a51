#include "ebit/corpus/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const auto kText = [](std::string_view name) { return name.ends_with(".txt"); };

TEST(Files, PackedAndPlainAreTheSame) {
  const TestFolder folder;
  const std::string content = "one\ntwo\n" + std::string(100000, 'x');
  folder.file("a.txt", content);
  folder.shell("gzip -k a.txt && xz -k a.txt && mv a.txt.xz without-ending");
  for (const char* name : {"a.txt", "a.txt.gz", "without-ending"})
    EXPECT_EQ(read_unpacked(folder.path() / name), content) << name;
  EXPECT_EQ(read_unpacked(folder.file("empty", "")), "");
}

TEST(Files, MembersOfFoldersAndArchives) {
  const TestFolder folder;
  folder.file("set/b.txt", "bee");
  folder.file("set/in/a.txt", "");
  folder.file("set/c.jpg", "no");
  folder.shell("tar cf s.tar set && tar czf s.tar.gz set && tar cJf s.tar.xz set");
  folder.shell("python3 -m zipfile -c s.zip set");
  for (const char* name : {"s.tar", "s.tar.gz", "s.tar.xz", "s.zip", "."}) {
    const auto members = read_members(folder.path() / name, kText);
    ASSERT_EQ(members.size(), 2u) << name;
    EXPECT_EQ(members[0].name, "set/b.txt");
    EXPECT_EQ(members[0].bytes, "bee");
    EXPECT_EQ(members[1].name, "set/in/a.txt");
    EXPECT_EQ(members[1].bytes, "");
  }
  const auto alone = read_members(folder.path() / "set/b.txt", kText);
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_EQ(alone[0].name, "b.txt");
  EXPECT_EQ(base_name("set/in/a.txt"), "a.txt");
  EXPECT_EQ(base_name("a.txt"), "a.txt");
}

TEST(Files, DamagedOnesAreRefusedInOneLine) {
  const TestFolder folder;
  EXPECT_THAT(
      error_of([&] { read_members(folder.file("nothing", ""), [](std::string_view) { return true; }); }),
      HasSubstr("nothing' is empty"));
  std::string noise;
  for (unsigned i = 0; i < 20000; ++i) noise += static_cast<char>((i * i * 31 + i / 7) % 251);
  folder.file("a.txt", noise);
  folder.shell(
      "gzip -k a.txt && head -c 500 a.txt.gz >cut.gz && tar czf s.tgz a.txt && head -c 500 s.tgz >cut.tgz");
  folder.shell("python3 -m zipfile -c s.zip a.txt && head -c 500 s.zip >cut.zip");
  EXPECT_THAT(error_of([&] { read_unpacked(folder.path() / "cut.gz"); }),
              AllOf(HasSubstr("cut.gz'"), HasSubstr("get it again")));
  for (const char* name : {"cut.tgz", "cut.zip"})
    EXPECT_THAT(error_of([&] { read_members(folder.path() / name, kText); }), HasSubstr("cannot unpack"))
        << name;
  EXPECT_THAT(error_of([&] { read_members(folder.path() / "none", kText); }),
              HasSubstr("no such file or folder"));
  EXPECT_THAT(error_of([&] { read_unpacked(folder.path() / "none"); }), HasSubstr("cannot read"));
}

TEST(Files, NothingIsWrittenAndNoMoreThanTheLimitIsHeld) {
  const TestFolder folder;
  folder.shell(
      "mkdir in && cd in && python3 -c \"\n"
      "import zipfile, tarfile, io\n"
      "z = zipfile.ZipFile('s.zip', 'w', zipfile.ZIP_DEFLATED)\n"
      "z.writestr('../outside.txt', 'no'); z.writestr('bomb.txt', b'0' * 8000000); z.close()\n"
      "t = tarfile.open('s.tar', 'w')\n"
      "i = tarfile.TarInfo('../../outside.txt'); i.size = 2; t.addfile(i, io.BytesIO(b'no'))\n"
      "i = tarfile.TarInfo('link.txt'); i.type = tarfile.SYMTYPE; i.linkname = '/etc/passwd'; t.addfile(i)\n"
      "t.close()\" && head -c 8000000 /dev/zero | gzip >bomb.gz");
  const auto any = [](std::string_view) { return true; };
  const auto outside = [](std::string_view name) { return base_name(name) == "outside.txt"; };
  for (const char* const name : {"in/s.zip", "in/s.tar"}) {
    const auto members = read_members(folder.path() / name, outside);
    ASSERT_EQ(members.size(), 1u) << name;
    EXPECT_EQ(members[0].bytes, "no");
  }
  EXPECT_EQ(read_members(folder.path() / "in/s.tar", any).size(), 1u) << "a link is passed over";
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "outside.txt"));
  constexpr std::size_t kMost = 1 << 20;
  EXPECT_THAT(error_of([&] { read_members(folder.path() / "in/s.zip", any, kMost); }),
              HasSubstr("unpacks to more than 1 MiB"));
  EXPECT_THAT(error_of([&] { read_unpacked(folder.path() / "in/bomb.gz", kMost); }),
              HasSubstr("unpacks to more than 1 MiB"));
  EXPECT_EQ(read_unpacked(folder.path() / "in/bomb.gz").size(), 8000000u);
}

}  // namespace
}  // namespace ebit::inline corpus
