// Complex matrices from files: JSON, CSV, NPY.
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <string_view>
#include <vector>

namespace ebit::inline info {

/// A matrix as a file holds it.
struct MatrixFile {
  Eigen::MatrixXcd matrix;  ///< [rows, columns]
  std::vector<int> dims;    ///< dimensions of the parts, where the file says them (JSON); else empty
};

/// Reads a matrix; the form is told by the extension.
///   .json  {"dims": [2, 3], "re": [[...], ...], "im": [[...], ...]}; dims and im may be missing
///   .csv   a row a line, entries such as 0.5, -0.5i, 0.5+0.5i, 1e-3-2j, separated by commas, semicolons,
///   tabs or spaces .npy   numpy's array of two axes, float or complex of 4 or 8 bytes a number, integers,
///   either byte order
/// Throws Error naming the file and the place: another extension, a broken or truncated file, rows of
/// different lengths, no entries, and entries that are no finite numbers.
MatrixFile read_matrix(const std::filesystem::path& path);

/// The bytes of an .npy file. @param name for messages.
Eigen::MatrixXcd parse_npy(std::string_view bytes, std::string_view name);

/// The text of a .csv file. @param name for messages.
Eigen::MatrixXcd parse_matrix_csv(std::string_view text, std::string_view name);

/// The text of a .json file. @param name for messages.
MatrixFile parse_matrix_json(std::string_view text, std::string_view name);

}  // namespace ebit::inline info
