#include "ebit/nn/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/nn/safetensors_module.h"

namespace ebit::nn {
namespace {

using ::testing::HasSubstr;

TensorFile example() {
  TensorFile file;
  file.tensors["b.f64"] = torch::tensor({0.1, -2.5e300, 3.0}, torch::kFloat64).reshape({3, 1});
  file.tensors["a.f32"] = torch::tensor({1.5f, -0.0f});
  file.tensors["steps"] = torch::tensor({std::int64_t{1} << 60}, torch::kInt64);
  file.tensors["mask"] = torch::tensor({1, 0, 1}, torch::kBool);
  file.tensors["bytes"] = torch::tensor({0, 255}, torch::kUInt8);
  file.tensors["half"] = torch::tensor({0.5f, 7.0f}).to(torch::kFloat16);
  file.tensors["empty"] = torch::zeros({0, 4}, torch::kFloat64);
  file.tensors["scalar"] = torch::tensor(2.25, torch::kFloat64);
  file.tensors["turned"] = torch::arange(6, torch::kInt32).reshape({2, 3}).t();
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
    const torch::Tensor& other = back.tensors.at(name);
    EXPECT_EQ(other.scalar_type(), tensor.scalar_type()) << name;
    EXPECT_EQ(other.sizes(), tensor.sizes()) << name;
    EXPECT_TRUE(torch::equal(other, tensor)) << name;
  }
  EXPECT_TRUE(std::signbit(back.tensors.at("a.f32")[1].item<float>()));
}

TEST(Safetensors, LayoutIsTheOneOfTheFormat) {
  TensorFile file;
  file.tensors["w"] = torch::tensor({1.0f}, torch::kFloat32);
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
  EXPECT_EQ(file.tensors.at("i").item<std::int64_t>(), 5);
  EXPECT_EQ(file.tensors.at("i").dim(), 0);
  EXPECT_EQ(file.tensors.at("w")[1][2].item<double>(), 5 / 7.0);
  EXPECT_TRUE(file.tensors.at("m")[0].item<bool>());
}

TEST(Safetensors, SavesAndLoadsAFile) {
  const std::filesystem::path path = std::filesystem::path(EBIT_TEST_TMP) / "example.safetensors";
  save_safetensors(path, example());
  EXPECT_EQ(load_safetensors(path).tensors.size(), example().tensors.size());
}

TEST(Safetensors, RefusesWhatItCannotStore) {
  TensorFile file;
  file.tensors["z"] = torch::zeros({2}, torch::kComplexDouble);
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

struct Tiny : torch::nn::Module {
  explicit Tiny(int width) {
    weight = register_parameter("weight", torch::ones({width}));
    state = register_buffer("state", torch::zeros({2}));
  }
  torch::Tensor weight, state;
};

TEST(ModuleState, CopiesDeeplyAndRestores) {
  Tiny module(3);
  const auto saved = copy_state(module, "model.");
  {
    const torch::NoGradGuard no_grad;
    module.weight.fill_(7);
    module.state.fill_(1);
  }
  EXPECT_EQ(saved.at("model.weight").sum().item<double>(), 3.0);
  restore_state(module, saved, "memory", "model.");
  EXPECT_EQ(module.weight.sum().item<double>(), 3.0);
  EXPECT_EQ(module.state.sum().item<double>(), 0.0);
  EXPECT_TRUE(module.weight.requires_grad());
  EXPECT_EQ(count_parameters(module), 3);
}

TEST(ModuleState, RefusesTheStateOfAnotherModel) {
  Tiny module(3);
  const auto refusal = [&](std::map<std::string, torch::Tensor> tensors) -> std::string {
    try {
      restore_state(module, tensors, "f");
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(refusal(copy_state(Tiny(4))), HasSubstr("'weight' is Float [4] there and Float [3] here"));
  auto tensors = copy_state(module);
  tensors["extra"] = torch::ones({1});
  EXPECT_THAT(refusal(tensors), HasSubstr("nothing here is called 'extra'"));
  tensors = copy_state(module);
  tensors.erase("state");
  EXPECT_THAT(refusal(tensors), HasSubstr("no tensor 'state'"));
  tensors = copy_state(module);
  tensors["weight"] = tensors["weight"].to(torch::kFloat64);
  EXPECT_THAT(refusal(tensors), HasSubstr("Double"));
}

}  // namespace
}  // namespace ebit::nn
