#include "ebit/info/matrix_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/sim/gate.h"

namespace ebit::inline info {
namespace {

using Eigen::Index;
using Eigen::MatrixXcd;
using Rows = std::vector<std::vector<Complex>>;

MatrixXcd to_matrix(const Rows& rows, std::string_view name) {
  require(!rows.empty() && !rows[0].empty(), "{}: the matrix is empty", name);
  MatrixXcd m(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    require(rows[i].size() == rows[0].size(), "{}: row {} has {} entries, the first row {}", name, i + 1,
            rows[i].size(), rows[0].size());
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      const Complex z = rows[i][j];
      require(std::isfinite(z.real()) && std::isfinite(z.imag()),
              "{}: the entry in row {}, column {} is not a finite number", name, i + 1, j + 1);
      m(static_cast<Index>(i), static_cast<Index>(j)) = z;
    }
  }
  return m;
}

// ---- CSV

// A number at the start of `text`, which is taken off; an optional sign first.
std::optional<double> take_number(std::string_view& text) {
  const std::size_t skip = text.starts_with('+') ? 1 : 0;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data() + skip, text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool is_unit(std::string_view text) { return text == "i" || text == "j"; }

// "0.5", "-i", "0.5i", "0.5+0.5i", "(0.5-1j)".
std::optional<Complex> parse_complex(std::string_view text) {
  if (text.size() > 1 && text.front() == '(' && text.back() == ')') text = text.substr(1, text.size() - 2);
  Complex sum = 0;
  bool any = false;
  for (int part = 0; part < 2 && !text.empty(); ++part) {
    if (part == 1 && text.front() != '+' && text.front() != '-') return std::nullopt;
    const std::string_view bare = text.front() == '+' || text.front() == '-' ? text.substr(1) : text;
    if (is_unit(bare)) return sum + Complex(0, text.front() == '-' ? -1 : 1);
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    any = true;
    if (is_unit(text)) return sum + Complex(0, *number);
    if (part == 1) return std::nullopt;
    sum = *number;
  }
  return any && text.empty() ? std::optional(sum) : std::nullopt;
}

// ---- NPY

/// A type of number in an .npy file, as its header names it (without the byte order).
struct NpyType {
  std::string_view name;
  std::size_t bytes;                        // of a number
  std::size_t numbers;                      // an entry: 2 for complex ones
  double (*read)(const unsigned char* at);  // in this machine's byte order
};

template <class T>
double read_as(const unsigned char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return static_cast<double>(value);
}

constexpr NpyType kNpyTypes[] = {
    {"f8", 8, 1, read_as<double>},       {"f4", 4, 1, read_as<float>},
    {"c16", 8, 2, read_as<double>},      {"c8", 4, 2, read_as<float>},
    {"i8", 8, 1, read_as<std::int64_t>}, {"i4", 4, 1, read_as<std::int32_t>},
    {"i2", 2, 1, read_as<std::int16_t>}, {"i1", 1, 1, read_as<std::int8_t>},
};

// What stands behind 'key': in the header, a Python dictionary, up to the comma or bracket that ends it.
std::string_view header_value(std::string_view header, std::string_view key, std::string_view name) {
  const std::size_t at = header.find(fmt::format("'{}'", key));
  require(at != std::string_view::npos, "{}: broken NPY header: there is no {}", name, key);
  std::string_view rest = header.substr(at + key.size() + 2);
  const std::size_t begin = rest.find_first_not_of(" :");
  require(begin != std::string_view::npos, "{}: broken NPY header: {} has no value", name, key);
  rest.remove_prefix(begin);
  const std::size_t end = rest.front() == '(' ? rest.find(')') + 1 : rest.find_first_of(",}");
  return rest.substr(0, end);
}

std::array<std::size_t, 2> npy_shape(std::string_view text, std::string_view name) {
  std::vector<std::size_t> shape;
  for (std::size_t at = 1; at < text.size();) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), length);
    if (error == std::errc()) shape.push_back(length);
    at = error == std::errc() ? static_cast<std::size_t>(end - text.data()) : at + 1;
  }
  require(shape.size() == 2, "{}: the array has {} axes; a matrix has 2", name, shape.size());
  constexpr std::size_t kMost = 1 << 16;  // so that products of lengths cannot overflow
  require(shape[0] <= kMost && shape[1] <= kMost, "{}: a matrix of {} x {} is too large", name, shape[0],
          shape[1]);
  return {shape[0], shape[1]};
}

double read_number(const NpyType& type, const char* at, bool swap) {
  unsigned char raw[8];
  std::memcpy(raw, at, type.bytes);
  if (swap) std::reverse(raw, raw + type.bytes);
  return type.read(raw);
}

// ---- JSON

using Json = nlohmann::json;

// What a value is, for messages. A list may hold lists without end, so it is not written out.
std::string brief(const Json& value) {
  return value.is_structured() ? std::string(value.is_array() ? "a list" : "an object")
                               : shown(value.dump(), 20);
}

std::vector<std::vector<double>> number_rows(const Json& value, const char* key, std::string_view name) {
  std::vector<std::vector<double>> rows;
  require(value.is_array(), "{}: \"{}\" must be a list of rows", name, key);
  for (const Json& row : value) {
    require(row.is_array(), "{}: row {} of \"{}\" is no list", name, rows.size() + 1, key);
    rows.emplace_back();
    for (const Json& entry : row) {
      require(entry.is_number(), "{}: \"{}\", row {}, column {} is {}, not a finite number", name, key,
              rows.size(), rows.back().size() + 1, brief(entry));
      rows.back().push_back(entry.get<double>());
    }
  }
  return rows;
}

}  // namespace

MatrixXcd parse_matrix_csv(std::string_view text, std::string_view name) {
  constexpr std::string_view kSeparators = ",; \t\r", kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Rows rows;
  std::size_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view rest = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::vector<Complex> row;
    while (!rest.empty()) {
      const std::size_t begin = rest.find_first_not_of(kSeparators);
      if (begin == std::string_view::npos || rest[begin] == '#') break;
      rest.remove_prefix(begin);
      const std::size_t stop = std::min(rest.find_first_of(kSeparators), rest.size());
      const std::string_view cell = rest.substr(0, stop);
      const auto number = parse_complex(cell);
      require(number.has_value(), "{}:{}: cannot read '{}' as a complex number; write 0.5, -0.5i or 0.5+0.5i",
              name, line, shown(cell, 40));
      row.push_back(*number);
      rest.remove_prefix(stop);
    }
    if (!row.empty()) rows.push_back(std::move(row));
  }
  return to_matrix(rows, name);
}

MatrixXcd parse_npy(std::string_view bytes, std::string_view name) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  require(bytes.starts_with(kMagic), "{}: this is no NPY file", name);
  const auto byte = [&](std::size_t at) {
    require(at < bytes.size(), "{}: the file is truncated: it ends in the header", name);
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
  };
  const bool short_length = byte(6) == 1;
  std::size_t length = byte(8) | byte(9) << 8;
  if (!short_length) length |= byte(10) << 16 | byte(11) << 24;
  const std::size_t begin = short_length ? 10 : 12;
  require(begin + length <= bytes.size(), "{}: the file is truncated: it ends in the header", name);
  const std::string_view header = bytes.substr(begin, length), data = bytes.substr(begin + length);

  const std::string_view descr = header_value(header, "descr", name);
  const std::string_view type_name = descr.size() > 3 ? descr.substr(2, descr.size() - 3) : "";
  const auto* type = std::ranges::find(kNpyTypes, type_name, &NpyType::name);
  require(type != std::end(kNpyTypes), "{}: numbers of type {} are not read; save as float64 or complex128",
          name, shown(descr));
  const bool fortran = header_value(header, "fortran_order", name) == "True";
  const auto [rows, columns] = npy_shape(header_value(header, "shape", name), name);
  const std::size_t wanted = rows * columns * type->bytes * type->numbers;
  require(data.size() >= wanted, "{}: the file is truncated: {} bytes of numbers where {} x {} need {}", name,
          data.size(), rows, columns, wanted);

  const bool swap = (descr[1] == '>') != (std::endian::native == std::endian::big) && descr[1] != '|';
  Rows all(rows, std::vector<Complex>(columns));
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      const char* at = data.data() + (fortran ? j * rows + i : i * columns + j) * type->bytes * type->numbers;
      all[i][j] = {read_number(*type, at, swap),
                   type->numbers == 2 ? read_number(*type, at + type->bytes, swap) : 0.0};
    }
  return to_matrix(all, name);
}

MatrixFile parse_matrix_json(std::string_view text, std::string_view name) {
  Json root;
  try {
    root = Json::parse(text);
  } catch (const Json::exception& error) {
    const std::string_view what = error.what();  // "[json.exception.parse_error.101] parse error at ...: why"
    fail("{}: broken JSON: {}", name, shown(what.substr(std::min(what.find("] ") + 2, what.size())), 200));
  }
  require(root.is_object() && root.contains("re"),
          "{}: a matrix is {{\"dims\": [2, 3], \"re\": [[...], ...], \"im\": [[...], ...]}}, and there is no "
          "\"re\"",
          name);
  MatrixFile out;
  if (root.contains("dims")) {
    require(root["dims"].is_array(), "{}: \"dims\" must be a list such as [2, 3]", name);
    for (const Json& d : root["dims"]) {
      require(d.is_number_integer() && d.get<double>() >= 1 && d.get<double>() <= 1 << 16,
              "{}: \"dims\" holds {}, not a dimension", name, brief(d));
      out.dims.push_back(d.get<int>());
    }
  }
  const auto re = number_rows(root["re"], "re", name);
  Rows rows;
  for (const auto& row : re) rows.emplace_back(row.begin(), row.end());
  out.matrix = to_matrix(rows, name);
  if (root.contains("im")) {
    const auto im = number_rows(root["im"], "im", name);
    require(im.size() == re.size(), "{}: \"im\" has {} rows, \"re\" has {}", name, im.size(), re.size());
    for (std::size_t i = 0; i < im.size(); ++i) {
      require(im[i].size() == re[i].size(), "{}: row {} of \"im\" has {} entries, of \"re\" {}", name, i + 1,
              im[i].size(), re[i].size());
      for (std::size_t j = 0; j < im[i].size(); ++j)
        out.matrix(static_cast<Index>(i), static_cast<Index>(j)) += Complex(0, im[i][j]);
    }
  }
  return out;
}

MatrixFile read_matrix(const std::filesystem::path& path) {
  const std::string ending = path.extension().string(), name = path.string();
  if (ending == ".json") return parse_matrix_json(read_input(path), name);
  if (ending == ".csv") return {parse_matrix_csv(read_input(path), name), {}};
  if (ending == ".npy") return {parse_npy(read_input(path), name), {}};
  fail("{}: a matrix is read from a .json, .csv or .npy file", name);
}

}  // namespace ebit::inline info
