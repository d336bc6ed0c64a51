#include "ebit/corpus/files.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/memory.h"

namespace ebit::inline corpus {
namespace {

namespace fs = std::filesystem;

/// A packed file being read, entry by entry.
class PackedFile {
 public:
  explicit PackedFile(const fs::path& path, bool archives, std::size_t most)
      : path_(path), most_(most), archive_(archive_read_new(), archive_read_free) {
    archive* a = archive_.get();
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    if (archives) {
      archive_read_support_format_zip(a);
      archive_read_support_format_tar(a);
    }
    archive_read_support_format_raw(a);
    archive_read_support_format_empty(a);
    check(archive_read_open_filename(a, path.c_str(), std::size_t{1} << 16));
  }

  /// The next entry, or nullptr after the last.
  archive_entry* next() {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(archive_.get(), &entry);
    if (status == ARCHIVE_EOF) return nullptr;
    check(status);
    return entry;
  }

  /// Whether the file is one file, not an archive; known after next().
  bool single() const {
    return archive_format(archive_.get()) == ARCHIVE_FORMAT_RAW ||
           archive_format(archive_.get()) == ARCHIVE_FORMAT_EMPTY;
  }

  /// The content of the entry that next() gave.
  std::string content() {
    std::string bytes;
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    for (;;) {
      const int status = archive_read_data_block(archive_.get(), &block, &size, &offset);
      if (status == ARCHIVE_EOF) return bytes;
      check(status);
      unpacked_ += size;
      require(unpacked_ <= most_, "'{}' unpacks to more than {}; unpack it and give what is needed",
              path_.string(), readable_bytes(static_cast<double>(most_)));
      bytes.append(static_cast<const char*>(block), size);
    }
  }

 private:
  void check(int status) {
    if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return;
    const char* why = archive_error_string(archive_.get());
    fail("cannot unpack '{}': {}; the file is damaged or was not transferred whole, get it again",
         path_.string(), why ? why : "damaged");
  }

  fs::path path_;
  std::size_t most_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  std::size_t unpacked_ = 0;
};

bool is_packed(std::string_view bytes) {
  using namespace std::string_view_literals;
  return bytes.starts_with("\x1F\x8B"sv) || bytes.starts_with("BZh"sv) ||
         bytes.starts_with("\xFD\x37zXZ\0"sv);
}

std::vector<NamedBytes> read_folder(const fs::path& folder,
                                    const std::function<bool(std::string_view)>& wanted, std::size_t most) {
  std::vector<NamedBytes> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).generic_string();
    if (entry.is_regular_file() && wanted(name)) found.push_back({name, read_unpacked(entry.path(), most)});
  }
  return found;
}

std::vector<NamedBytes> read_archive(const fs::path& path,
                                     const std::function<bool(std::string_view)>& wanted, std::size_t most) {
  std::vector<NamedBytes> found;
  PackedFile file(path, /*archives=*/true, most);
  while (archive_entry* entry = file.next()) {
    const char* pathname = file.single() ? nullptr : archive_entry_pathname(entry);
    std::string name = pathname ? pathname : path.filename().string();
    if (name.starts_with("./")) name.erase(0, 2);
    const bool regular = file.single() || archive_entry_filetype(entry) == AE_IFREG;
    if (!regular || name.starts_with("__MACOSX/") || !wanted(name)) continue;
    found.push_back({std::move(name), file.content()});
  }
  return found;
}

}  // namespace

std::string read_unpacked(const std::filesystem::path& path, std::size_t most) {
  std::string bytes = read_input(path);
  if (!is_packed(bytes)) return bytes;
  PackedFile file(path, /*archives=*/false, most);
  file.next();
  return file.content();
}

std::vector<NamedBytes> read_members(const std::filesystem::path& path,
                                     const std::function<bool(std::string_view name)>& wanted,
                                     std::size_t most) {
  require(fs::exists(path), "cannot read '{}': there is no such file or folder", path.string());
  require(!fs::is_regular_file(path) || fs::file_size(path) > 0, "'{}' is empty", path.string());
  std::vector<NamedBytes> found =
      fs::is_directory(path) ? read_folder(path, wanted, most) : read_archive(path, wanted, most);
  std::ranges::sort(found, {}, &NamedBytes::name);
  return found;
}

std::string_view base_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

}  // namespace ebit::inline corpus
