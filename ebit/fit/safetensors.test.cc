#include "ebit/fit/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::fit {
namespace {

using ::testing::HasSubstr;

template <class T>
Tensor tensor_of(std::vector<std::int64_t> shape, const std::vector<T>& numbers) {
  return make_tensor(std::move(shape), numbers.data());
}

// Numbers of a type that has no make_tensor(), as bytes.
Tensor raw(Dtype dtype, std::vector<std::int64_t> shape) {
  Tensor tensor{.dtype = dtype, .shape = std::move(shape), .bytes = {}};
  for (std::size_t i = 0; i < tensor.count() * bytes_of(dtype); ++i) tensor.bytes.push_back(std::byte(i % 2));
  return tensor;
}

TensorFile example() {
  TensorFile file;
  file.tensors["b.f64"] = tensor_of<double>({3, 1}, {0.1, -2.5e300, 3.0});
  file.tensors["a.f32"] = tensor_of<float>({2}, {1.5f, -0.0f});
  file.tensors["steps"] = tensor_of<std::int64_t>({1}, {std::int64_t{1} << 60});
  file.tensors["bytes"] = tensor_of<std::uint8_t>({2}, {0, 255});
  file.tensors["empty"] = tensor_of<double>({0, 4}, {});
  file.tensors["scalar"] = tensor_of<double>({}, {2.25});
  for (const Dtype dtype : dtypes()) file.tensors[fmt::format("of {}", name_of(dtype))] = raw(dtype, {3});
  file.metadata = {{"format", "test"}, {"text", "line\n\"quoted\" \xc3\xa9"}};
  return file;
}

std::string with_header(const std::string& header, const std::string& data) {
  std::string bytes(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string error_of(const std::string& bytes) {
  try {
    decode_safetensors(bytes, "x.safetensors");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Safetensors, GivesBackWhatWasWritten) {
  const TensorFile file = example();
  const TensorFile back = decode_safetensors(encode_safetensors(file), "memory");
  EXPECT_EQ(back.metadata, file.metadata);
  ASSERT_EQ(back.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    const Tensor& other = back.tensors.at(name);
    EXPECT_EQ(other.dtype, tensor.dtype) << name;
    EXPECT_EQ(other.shape, tensor.shape) << name;
    EXPECT_EQ(other.bytes, tensor.bytes) << name;
  }
}

TEST(Safetensors, LayoutIsTheOneOfTheFormat) {
  TensorFile file;
  file.tensors["w"] = tensor_of<float>({1}, {1.0f});
  const std::string bytes = encode_safetensors(file);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_THAT(bytes.substr(8, length), HasSubstr(R"("w":{"data_offsets":[0,4],"dtype":"F32","shape":[1]})"));
  EXPECT_EQ(bytes.substr(8 + length), std::string("\x00\x00\x80\x3f", 4));
}

TEST(Safetensors, ReadsWhatThePythonPackageWrote) {
  // Header as written by safetensors 0.x for {"i": int64 5, "w": arange(6).reshape(2, 3) / 7, "m": [True,
  // False]}.
  const std::string header =
      R"({"__metadata__":{"by":"python"},"i":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
      R"("w":{"dtype":"F64","shape":[2,3],"data_offsets":[8,56]},)"
      R"("m":{"dtype":"BOOL","shape":[2],"data_offsets":[56,58]}}    )";
  std::string data("\x05\0\0\0\0\0\0\0", 8);
  for (int k = 0; k < 6; ++k) {
    const double value = k / 7.0;
    data.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  const TensorFile file = decode_safetensors(with_header(header, data + std::string("\1\0", 2)), "python");
  EXPECT_EQ(file.metadata.at("by"), "python");
  EXPECT_EQ(*numbers_of<std::int64_t>(file.tensors.at("i"), "i"), 5);
  EXPECT_TRUE(file.tensors.at("i").shape.empty());
  EXPECT_EQ(as_doubles(file.tensors.at("w"), "w"),
            (std::vector{0.0, 1 / 7.0, 2 / 7.0, 3 / 7.0, 4 / 7.0, 5 / 7.0}));
  EXPECT_EQ(file.tensors.at("m").bytes, (std::vector{std::byte{1}, std::byte{0}}));
}

TEST(Safetensors, SavesAndLoadsAFile) {
  const std::filesystem::path path = std::filesystem::path(EBIT_TEST_TMP) / "example.safetensors";
  save_safetensors(path, example());
  EXPECT_EQ(load_safetensors(path).tensors.size(), example().tensors.size());
}

TEST(Safetensors, RefusesWhatItCannotStore) {
  TensorFile file;
  file.tensors["z"] = Tensor{.dtype = Dtype::kF64, .shape = {2}, .bytes = {}};
  EXPECT_THROW(encode_safetensors(file), Error);
  file.tensors = {{"__metadata__", tensor_of<double>({1}, {1.0})}};
  EXPECT_THROW(encode_safetensors(file), Error);
}

struct BadFile {
  const char* name;
  std::string bytes;
  const char* reason;
};

std::vector<BadFile> bad_files() {
  const std::string entry = R"("dtype":"F32","shape":[1],"data_offsets":)";
  return {
      {"empty", "", "0 bytes"},
      {"short", "abc", "3 bytes"},
      {"foreign", std::string("PK\x03\x04") + std::string(100, 'x'), "not a safetensors file"},
      {"absurd length", std::string(8, '\xff') + "{}", "not a safetensors file"},
      {"cut in the header", with_header(R"({"w":{)" + entry + "[0,4]}}", "").substr(0, 20), "truncated"},
      {"cut in the data", with_header(R"({"w":{)" + entry + "[0,4]}}", "ab"), "truncated"},
      {"broken JSON", with_header(R"({"w":{)", ""), "not valid JSON"},
      {"unknown dtype", with_header(R"({"w":{"dtype":"F7","shape":[1],"data_offsets":[0,4]}})", "abcd"),
       "F7"},
      {"wrong shape", with_header(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "abcd"),
       "does not fit"},
      {"negative shape", with_header(R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "abcd"),
       "not a list of sizes"},
      {"huge shape",
       with_header(R"({"w":{"dtype":"F32","shape":[4611686018427387904,16],"data_offsets":[0,4]}})", "abcd"),
       "too large"},
      {"overlap", with_header(R"({"v":{)" + entry + R"([0,4]},"w":{)" + entry + "[2,6]}}", "abcdef"),
       "overlap"},
      {"hole", with_header(R"({"v":{)" + entry + R"([0,4]},"w":{)" + entry + "[6,10]}}", "abcdefghij"),
       "no tensor"},
      {"left over", with_header(R"({"w":{)" + entry + "[0,4]}}", "abcdefgh"), "belong to no tensor"},
      {"twice", with_header(R"({"w":{)" + entry + R"([0,4]},"w":{)" + entry + "[0,4]}}", "abcd"), "twice"},
      {"missing field", with_header(R"({"w":{"dtype":"F32","shape":[1]}})", "abcd"), "exactly dtype"},
      {"bad metadata", with_header(R"({"__metadata__":{"a":1}})", ""), "not text"},
      {"bad bool", with_header(R"({"w":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})", "\x02"),
       "0 and 1"},
  };
}

TEST(Safetensors, SaysWhyAFileIsRefused) {
  for (const BadFile& bad : bad_files()) {
    const std::string message = error_of(bad.bytes);
    EXPECT_THAT(message, HasSubstr(bad.reason)) << bad.name;
    EXPECT_THAT(message, HasSubstr("x.safetensors")) << bad.name;
    EXPECT_EQ(message.find('\n'), std::string::npos) << bad.name;
  }
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const std::string bytes = encode_safetensors(example());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(decode_safetensors(bytes.substr(0, size), "cut"), Error) << size;
  }
}

TEST(Safetensors, DamagedBytesGiveAnErrorOrAFileNeverACrash) {
  const std::string good = encode_safetensors(example());
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    std::string bytes = good;
    for (std::size_t edits = 1 + random.below(4); edits > 0; --edits) {
      bytes[random.below(500)] = static_cast<char>(random.below(256));
    }
    try {
      decode_safetensors(bytes, "fuzz");
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1500u);
}

TEST(Tensors, AnotherTypeIsRefusedAndSaysWhich) {
  const Tensor tensor = tensor_of<float>({2}, {0.5f, 2.0f});
  EXPECT_EQ(as_doubles(tensor, "w"), (std::vector{0.5, 2.0}));
  EXPECT_EQ(numbers_of<float>(tensor, "w")[1], 2.0f);
  try {
    numbers_of<double>(tensor, "w");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "tensor 'w' holds F32 and should hold F64");
  }
  EXPECT_THROW(as_doubles(raw(Dtype::kI32, {2}), "w"), Error);
}

}  // namespace
}  // namespace ebit::fit
