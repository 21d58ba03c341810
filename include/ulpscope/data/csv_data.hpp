// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>

#include "ulpscope/data/dataset.hpp"
#include "ulpscope/format/option.hpp"

namespace ulpscope {

/// Samples from a CSV file (RFC 4180, with a header): one column is the target, all others are
/// inputs, in the file's order. Cells are decimal numbers, rounded once to binary32.
///
/// With `standardize` an input x becomes (x - mean) / sqrt(variance) of its column: cells rounded
/// to binary64, mean = (sum of x) / n, variance = (sum of (x - mean)^2) / n, sums in the file's
/// order, the result rounded to binary32. Labels are the whole numbers 0, 1, ... to the largest in
/// the file. The file is read as a stream: to standardize, once for the means and once for the
/// variances; then once for the values. The seed is for what is drawn after the data.
struct CsvData {
  static constexpr std::string_view name = "csv";
  static constexpr std::string_view summary = "a file: a row a sample, one column the target";

  std::string file;
  std::string target;
  std::string task = "regression";
  bool standardize = false;
  std::string sha256;
  std::uint64_t seed = 545345;

  static auto options() {
    constexpr auto tasks = +[] {
      return std::vector<std::string_view>{"regression", "classification"};
    };
    constexpr auto no_choices = static_cast<std::vector<std::string_view> (*)()>(nullptr);
    constexpr auto plain = +[](std::string_view text) {
      return !text.empty() && text.find_first_of("\"\\\n\r") == std::string_view::npos;
    };
    constexpr auto hash = +[](std::string_view text) {
      return text.empty() ||  // the default, as a study is written back
             (text.size() == 64 &&
              text.find_first_not_of("0123456789abcdef") == std::string_view::npos);
    };
    return std::tuple{
        Option{"file", &CsvData::file, "its path",
               Constraint{"a path", "studies/data/digits.csv", nullptr}, no_choices, plain},
        Option{"target", &CsvData::target, "the target's column",
               Constraint{"a name of the header", "digit", nullptr}, no_choices, plain},
        Option{"task", &CsvData::task, "real targets, or labels 0, 1, ...", {}, tasks},
        Option{"standardize", &CsvData::standardize, "inputs of mean 0 and variance 1"},
        Option{
            "sha256", &CsvData::sha256, "the file's SHA-256; without it any content goes",
            Constraint{"64 hexadecimal digits in lower case",
                       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", nullptr},
            no_choices, hash},
        Option{"seed", &CsvData::seed, "of std::mt19937, for what is drawn later", seed32}};
  }

  /// Why these values do not go together, or nothing.
  std::string conflict() const {
    if (file.empty()) return "kind = \"csv\" needs file, as file = \"studies/data/digits.csv\"";
    if (target.empty()) return "kind = \"csv\" needs target, as target = \"digit\"";
    return {};
  }

  /// From one pass over the file, which checks every cell and keeps none.
  Extent extent() const;
  Dataset draw() const;
};

}  // namespace ulpscope
