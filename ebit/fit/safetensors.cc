#include "ebit/fit/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <vector>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::fit {
namespace {

static_assert(std::endian::native == std::endian::little, "the format stores numbers in little-endian order");

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the limit of the reference implementation

constexpr int kDeepest = 8;  // values inside values of a header

// One tensor of the header, its bytes still in the file.
struct Entry {
  std::string name;
  Dtype dtype = Dtype::kF64;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  // in the data after the header
};

std::uint64_t header_length(std::string_view bytes, std::string_view where) {
  require(bytes.size() >= kLengthBytes,
          "'{}' is not a safetensors file: it has {} bytes, fewer than the first field", where, bytes.size());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  const bool looks_like_ours = bytes.size() > kLengthBytes && bytes[kLengthBytes] == '{';
  require(looks_like_ours && length <= kLongestHeader,
          "'{}' is not a safetensors file: no JSON header follows its first 8 bytes", where);
  require(length <= bytes.size() - kLengthBytes,
          "'{}' is truncated: its header should have {} bytes and only {} are there", where, length,
          bytes.size() - kLengthBytes);
  return length;
}

// Parses the header; a key given twice would otherwise silently hide a tensor.
json parse_header(std::string_view text, std::string_view where) {
  std::set<std::string> seen;
  std::string twice;
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > kDeepest) too_deep = true;
    if (event == json::parse_event_t::key && depth == 1 && !seen.insert(value.get<std::string>()).second) {
      twice = value.get<std::string>();
    }
    return !too_deep;  // what lies deeper is passed over
  };
  json header;
  try {
    header = json::parse(text.begin(), text.end(), watch);
  } catch (const json::exception&) {
    fail("'{}' is not a safetensors file, or a damaged one: its header is not valid JSON", where);
  }
  require(!too_deep, "'{}' is damaged: its header has values nested deeper than {}", where, kDeepest);
  require(header.is_object(), "'{}' is not a safetensors file: its header is not a JSON object", where);
  require(twice.empty(), "'{}' is damaged: tensor '{}' is in its header twice", where, shown(twice));
  return header;
}

bool is_count(const json& value) { return value.is_number_unsigned(); }

Entry parse_entry(const std::string& name, const json& value, std::string_view where) {
  const auto damaged = [&](std::string_view what) {
    fail("'{}' is damaged: tensor '{}' {}", where, shown(name), what);
  };
  if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
      !value.contains("data_offsets") || value.size() != 3) {
    damaged("is not described by exactly dtype, shape and data_offsets");
  }
  const json &dtype = value["dtype"], &shape = value["shape"], &offsets = value["data_offsets"];
  Entry entry;
  entry.name = name;
  const auto known = std::ranges::find_if(dtypes(), [&](Dtype candidate) {
    return dtype.is_string() && dtype.get_ref<const std::string&>() == name_of(candidate);
  });
  if (known == dtypes().end()) damaged(fmt::format("has the unknown dtype {}", shown(dtype.dump())));
  entry.dtype = *known;
  if (!offsets.is_array() || offsets.size() != 2 || !is_count(offsets[0]) || !is_count(offsets[1])) {
    damaged("has data_offsets that are not two positions");
  }
  entry.begin = offsets[0], entry.end = offsets[1];
  if (!shape.is_array() || !std::all_of(shape.begin(), shape.end(), is_count)) {
    damaged("has a shape that is not a list of sizes");
  }
  std::uint64_t bytes = bytes_of(entry.dtype);
  for (const json& size : shape) {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(bytes, size.get<std::uint64_t>(), &product) || product > INT64_MAX ||
        size.get<std::uint64_t>() > INT64_MAX) {
      damaged("has a shape too large for any memory");
    }
    bytes = product;
    entry.shape.push_back(size.get<std::int64_t>());
  }
  if (entry.end < entry.begin || entry.end - entry.begin != bytes) {
    damaged(fmt::format("has a shape {} of {} that does not fit its data_offsets {}", shown(shape.dump()),
                        name_of(entry.dtype), shown(offsets.dump())));
  }
  return entry;
}

// Every byte after the header belongs to exactly one tensor.
void check_coverage(std::vector<const Entry*> entries, std::uint64_t data_bytes, std::string_view where) {
  std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::uint64_t covered = 0;
  for (const Entry* entry : entries) {
    require(entry->begin >= covered, "'{}' is damaged: the bytes of tensor '{}' overlap another tensor's",
            where, shown(entry->name));
    require(entry->begin == covered, "'{}' is damaged: bytes before those of tensor '{}' belong to no tensor",
            where, shown(entry->name));
    covered = entry->end;
  }
  require(covered <= data_bytes,
          "'{}' is truncated: {} bytes of numbers should follow its header and {} are there", where, covered,
          data_bytes);
  require(covered == data_bytes, "'{}' is damaged: {} bytes follow that belong to no tensor", where,
          data_bytes - covered);
}

Tensor read_tensor(const Entry& entry, std::string_view data, std::string_view where) {
  const std::string_view text = data.substr(entry.begin, entry.end - entry.begin);
  if (entry.dtype == Dtype::kBool) {
    require(std::ranges::all_of(text, [](char c) { return c == 0 || c == 1; }),
            "'{}' is damaged: tensor '{}' of BOOL holds bytes other than 0 and 1", where, shown(entry.name));
  }
  const auto bytes = std::as_bytes(std::span(text));
  return {entry.dtype, entry.shape, {bytes.begin(), bytes.end()}};
}

}  // namespace

std::string encode_safetensors(const TensorFile& file) {
  std::vector<const Tensors::value_type*> stored;
  for (const auto& entry : file.tensors) {
    const auto& [name, tensor] = entry;
    require(name != "__metadata__",
            "a tensor cannot be called '__metadata__': the safetensors format uses that name");
    require(tensor.bytes.size() == tensor.count() * bytes_of(tensor.dtype),
            "tensor '{}' cannot be stored: it has {} bytes for {} numbers of {}", name, tensor.bytes.size(),
            tensor.count(), name_of(tensor.dtype));
    stored.push_back(&entry);
  }
  // Wide numbers first, so that every tensor is aligned to its own numbers; by name within a width.
  std::ranges::stable_sort(stored, std::greater<>(), [](const auto* s) { return bytes_of(s->second.dtype); });

  json header = json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::uint64_t position = 0;
  for (const auto* entry : stored) {
    const auto& [name, tensor] = *entry;
    const std::uint64_t end = position + tensor.bytes.size();
    header[name] = {
        {"dtype", name_of(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {position, end}}};
    position = end;
  }
  // Text that is not UTF-8 (a path may be) is stored with replacement marks instead of refused.
  std::string text = header.dump(-1, ' ', false, json::error_handler_t::replace);
  text.append((8 - text.size() % 8) % 8, ' ');

  std::string bytes(kLengthBytes, '\0');
  const std::uint64_t length = text.size();
  std::memcpy(bytes.data(), &length, kLengthBytes);
  bytes.reserve(kLengthBytes + text.size() + position);
  bytes += text;
  for (const auto* entry : stored)
    bytes.append(reinterpret_cast<const char*>(entry->second.bytes.data()), entry->second.bytes.size());
  return bytes;
}

TensorFile decode_safetensors(std::string_view bytes, std::string_view where) {
  const std::uint64_t length = header_length(bytes, where);
  const json header = parse_header(bytes.substr(kLengthBytes, length), where);
  const std::string_view data = bytes.substr(kLengthBytes + length);

  TensorFile file;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") {
      entries.push_back(parse_entry(name, value, where));
      continue;
    }
    require(value.is_object(), "'{}' is damaged: its __metadata__ is not an object", where);
    for (const auto& [key, text] : value.items()) {
      require(text.is_string(), "'{}' is damaged: '{}' in its __metadata__ is not text", where, shown(key));
      file.metadata[key] = text.get<std::string>();
    }
  }
  std::vector<const Entry*> pointers;
  for (const Entry& entry : entries) pointers.push_back(&entry);
  check_coverage(pointers, data.size(), where);
  for (const Entry& entry : entries) file.tensors[entry.name] = read_tensor(entry, data, where);
  return file;
}

void save_safetensors(const std::filesystem::path& path, const TensorFile& file) {
  write_file_atomically(path, encode_safetensors(file));
}

TensorFile load_safetensors(const std::filesystem::path& path) {
  return decode_safetensors(read_file(path), path.string());
}

}  // namespace ebit::fit
