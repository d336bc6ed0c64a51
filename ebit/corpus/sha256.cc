#include "ebit/corpus/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "ebit/base/error.h"

namespace ebit::inline corpus {

std::string sha256_of_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  require(in.good() && !std::filesystem::is_directory(path), "cannot read '{}': {}", path.string(),
          in.good() ? "it is a folder" : std::strerror(errno));
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> hash(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  bool ok = hash != nullptr && EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) == 1;
  std::vector<char> block(std::size_t{1} << 16);
  do {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    ok = ok && EVP_DigestUpdate(hash.get(), block.data(), static_cast<std::size_t>(in.gcount())) == 1;
  } while (in);
  require(!in.bad(), "cannot read '{}': {}", path.string(), std::strerror(errno));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ok = ok && EVP_DigestFinal_ex(hash.get(), digest.data(), &size) == 1;
  require(ok, "the system's libcrypto cannot compute SHA-256");
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace ebit::inline corpus
