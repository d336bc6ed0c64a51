// What users give: names with angles, and files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <filesystem>
#include <numbers>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/info/matrix_file.h"
#include "ebit/info/named_unitary.h"
#include "ebit/info/unitary.h"
#include "ebit/sim/gate.h"

namespace ebit::inline info {
namespace {

using Eigen::MatrixXcd;
using std::numbers::pi;
using testing::HasSubstr;

TEST(NamedUnitary, EveryGateOfTwoWiresAndEveryKnownUnitaryIsOne) {
  const auto check = [](std::string_view name, int angles) {
    std::string text(name);
    for (int k = 0; k < angles; ++k) text += k == 0 ? "(0.3" : ", 0.3";
    const UnitaryText unitary = parse_unitary(angles ? text + ")" : text);
    EXPECT_TRUE(names_unitary(text));
    EXPECT_NO_THROW(make_unitary(unitary.d_a, unitary.d_b, unitary.matrix(), text)) << text;
  };
  for (const Gate& row : gates())
    if (row.matrix && row.wires == 2) check(row.name, row.angles);
  for (const KnownUnitary& row : known_unitaries()) {
    check(row.name, row.angles);
    EXPECT_FALSE(row.help.empty());
  }
}

TEST(NamedUnitary, Angles) {
  const auto angle = [](const std::string& text) {
    return parse_unitary("RZZ(" + text + ")").angles[0].from;
  };
  EXPECT_EQ(angle("0.7"), 0.7);
  EXPECT_EQ(angle(" -pi/2 "), -pi / 2);
  EXPECT_EQ(angle("3*pi/4"), 3 * pi / 4);
  EXPECT_EQ(angle("1e-3"), 1e-3);
  const UnitaryText sweep = parse_unitary("canonical(0:pi, 0.2, 1:0)");
  EXPECT_TRUE(sweep.sweeps());
  EXPECT_EQ(sweep.angles_at(0.5), (std::vector<double>{pi / 2, 0.2, 0.5}));
  EXPECT_EQ(sweep.text(1), "canonical(3.14159, 0.2, 0)");
  EXPECT_FALSE(parse_unitary("cx").sweeps());
  EXPECT_EQ(parse_unitary("Cx").name, "CNOT");
  EXPECT_EQ(parse_unitary("toffoli").d_a, 0);
}

TEST(NamedUnitary, RefusesWhatItDoesNotKnow) {
  const auto message = [](std::string_view text) { return error_of([&] { parse_unitary(text); }); };
  EXPECT_THAT(message("cnto"), HasSubstr("did you mean 'CNOT'"));
  EXPECT_THAT(message("RX(1)"), HasSubstr("one wire"));
  EXPECT_THAT(message("Matrix2"), HasSubstr("no gate"));
  EXPECT_THAT(message("rzz"), HasSubstr("takes 1 angle, not 0"));
  EXPECT_THAT(message("rzz(1,2)"), HasSubstr("takes 1 angle, not 2"));
  EXPECT_THAT(message("cnot(1)"), HasSubstr("takes 0 angles, not 1"));
  for (const char* bad : {"rzz(x)", "rzz(1:)", "rzz(2 pi)", "rzz(,)", "rzz(1/)", "rzz(--1)"})
    EXPECT_THAT(message(bad), HasSubstr("cannot read the angle")) << bad;
  for (const char* bad : {"rzz(1/0)", "rzz(nan)", "rzz(0:inf)"})
    EXPECT_THAT(message(bad), HasSubstr("finite")) << bad;
  EXPECT_THAT(message("rzz(1"), HasSubstr("not closed"));
  EXPECT_THAT(message("rzz(1)x"), HasSubstr("not closed"));
  EXPECT_NE(message(""), "");
}

TEST(MatrixFile, Csv) {
  const MatrixXcd m = parse_matrix_csv("# a comment\n1, 0.5i\n\n-j;(1e-3-2j)\r\n", "m.csv");
  MatrixXcd wanted(2, 2);
  wanted << 1, Complex(0, 0.5), Complex(0, -1), Complex(1e-3, -2);
  EXPECT_EQ(m, wanted);
  EXPECT_EQ(parse_matrix_csv("+i 1+i", "m.csv")(0, 1), Complex(1, 1));
  EXPECT_EQ(parse_matrix_csv("\xEF\xBB\xBF"
                             "2",
                             "m.csv")(0, 0),
            Complex(2, 0));
  const auto message = [](std::string_view text) {
    return error_of([&] { parse_matrix_csv(text, "m.csv"); });
  };
  EXPECT_THAT(message("1,0\n0,x\n"), HasSubstr("m.csv:2: cannot read 'x'"));
  for (const char* bad : {"1+2", "1+2i3", "1i2", "i1", "1+", "()"})
    EXPECT_THAT(message(bad), HasSubstr("cannot read")) << bad;
  EXPECT_THAT(message("1,0\n0\n"), HasSubstr("row 2 has 1 entries, the first row 2"));
  EXPECT_THAT(message("1,nan\n0,1\n"), HasSubstr("row 1, column 2 is not a finite number"));
  EXPECT_THAT(message("\n# nothing\n"), HasSubstr("empty"));
}

TEST(MatrixFile, Json) {
  const MatrixFile file =
      parse_matrix_json(R"({"dims": [1, 2], "re": [[1, 0], [0, 0]], "im": [[0, 0], [0, -1]]})", "m.json");
  EXPECT_EQ(file.dims, (std::vector<int>{1, 2}));
  EXPECT_EQ(file.matrix(1, 1), Complex(0, -1));
  EXPECT_TRUE(parse_matrix_json(R"({"re": [[1]]})", "m.json").dims.empty());
  const auto message = [](std::string_view text) {
    return error_of([&] { parse_matrix_json(text, "m.json"); });
  };
  EXPECT_THAT(message(R"({"re": [[1, 0], [0)"), HasSubstr("m.json: broken JSON"));
  EXPECT_THAT(message("[[1]]"), HasSubstr("there is no \"re\""));
  EXPECT_THAT(message(R"({"re": [[1, null]]})"), HasSubstr("row 1, column 2 is null"));
  EXPECT_THAT(message(R"({"re": [1]})"), HasSubstr("row 1 of \"re\" is no list"));
  EXPECT_THAT(message(R"({"re": 1})"), HasSubstr("must be a list of rows"));
  EXPECT_THAT(message(R"({"re": [[1, 0]], "im": [[1]]})"),
              HasSubstr("row 1 of \"im\" has 1 entries, of \"re\" 2"));
  EXPECT_THAT(message(R"({"re": [[1]], "im": []})"), HasSubstr("\"im\" has 0 rows"));
  EXPECT_THAT(message(R"({"dims": [2.5], "re": [[1]]})"), HasSubstr("not a dimension"));
  EXPECT_THAT(message(R"({"dims": 4, "re": [[1]]})"), HasSubstr("must be a list such as"));
  EXPECT_THAT(message("\xFF"), HasSubstr("broken JSON"));
}

// ---- NPY

std::string npy(std::string_view descr, bool fortran, std::string_view shape, std::string_view data) {
  std::string header = "{'descr': '" + std::string(descr) +
                       "', 'fortran_order': " + (fortran ? "True" : "False") +
                       ", 'shape': " + std::string(shape) + ", }";
  header.resize(118 - 1, ' ');
  header += '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header +
         std::string(data);
}

template <class T>
std::string bytes_of(std::initializer_list<T> numbers, bool swap = false) {
  std::string out;
  for (const T number : numbers) {
    char raw[sizeof(T)];
    std::memcpy(raw, &number, sizeof(T));
    if (swap) std::reverse(raw, raw + sizeof(T));
    out.append(raw, sizeof(T));
  }
  return out;
}

TEST(MatrixFile, NpyOfEveryType) {
  MatrixXcd wanted(2, 2);
  wanted << 1, 2, 3, 4;
  static_assert(std::endian::native == std::endian::little, "the bytes below are written for such machines");
  const std::string doubles = bytes_of({1.0, 2.0, 3.0, 4.0});
  EXPECT_EQ(parse_npy(npy("<f8", false, "(2, 2)", doubles), "m"), wanted);
  EXPECT_EQ(parse_npy(npy("<f8", true, "(2, 2)", doubles), "m"), wanted.transpose());
  EXPECT_EQ(parse_npy(npy(">f8", false, "(2, 2)", bytes_of({1.0, 2.0, 3.0, 4.0}, true)), "m"), wanted);
  EXPECT_EQ(parse_npy(npy("<f4", false, "(2, 2)", bytes_of({1.0f, 2.0f, 3.0f, 4.0f})), "m"), wanted);
  EXPECT_EQ(parse_npy(npy("<i8", false, "(2, 2)", bytes_of<std::int64_t>({1, 2, 3, 4})), "m"), wanted);
  EXPECT_EQ(parse_npy(npy("|i1", false, "(2, 2)", bytes_of<std::int8_t>({1, 2, 3, 4})), "m"), wanted);
  EXPECT_EQ(parse_npy(npy("<c16", false, "(1, 2)", doubles), "m")(0, 1), Complex(3, 4));
  EXPECT_EQ(parse_npy(npy("<c8", false, "(2,1)", bytes_of({1.0f, 2.0f, 3.0f, 4.0f})), "m")(1, 0),
            Complex(3, 4));
}

TEST(MatrixFile, BrokenNpyIsNamed) {
  const std::string data = bytes_of({1.0, 2.0, 3.0, 4.0}), whole = npy("<f8", false, "(2, 2)", data);
  const auto message = [](std::string_view bytes) { return error_of([&] { parse_npy(bytes, "m.npy"); }); };
  EXPECT_THAT(message("PK\x03\x04"), HasSubstr("no NPY file"));
  EXPECT_THAT(message(npy("<f8", false, "(4,)", data)), HasSubstr("the array has 1 axes"));
  EXPECT_THAT(message(npy("<f8", false, "(99999999999, 2)", data)), HasSubstr("too large"));
  EXPECT_THAT(message(npy("|O", false, "(2, 2)", data)), HasSubstr("are not read"));
  EXPECT_THAT(message(npy("<f8", false, "(2, 2)", bytes_of({1.0, 2.0, 3.0, double{NAN}}))),
              HasSubstr("not a finite number"));
  // Cut anywhere, the file is refused: nothing is read past its end.
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THAT(message(whole.substr(0, length)),
                testing::AnyOf(HasSubstr("truncated"), HasSubstr("no NPY file")))
        << length;
  // Any one byte of the header changed: an error or a matrix, nothing else.
  for (std::size_t at = 0; at < 128; ++at)
    for (const char byte : {'\0', '\xFF', '9', '\'', '('}) {
      std::string changed = whole;
      changed[at] = byte;
      message(changed);
    }
}

TEST(MatrixFile, TheExtensionTellsTheForm) {
  const std::filesystem::path folder = std::filesystem::path(EBIT_TEST_TMP) / "matrix_file_test";
  std::filesystem::create_directories(folder);
  write_file_atomically(folder / "m.csv", "1,0\n0,1\n");
  EXPECT_EQ(read_matrix(folder / "m.csv").matrix, MatrixXcd::Identity(2, 2));
  write_file_atomically(folder / "m.txt", "1");
  EXPECT_THAT(error_of([&] { read_matrix(folder / "m.txt"); }), HasSubstr(".json, .csv or .npy"));
  EXPECT_THAT(error_of([&] { read_matrix(folder / "none.csv"); }), HasSubstr("No such file"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace ebit::inline info
