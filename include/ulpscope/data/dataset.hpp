// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace ulpscope {

/// How large a data set is; known before its values are drawn or read.
struct Extent {
  std::uint64_t samples = 0, features = 0;
  std::uint64_t classes = 0;  ///< targets are labels 0, 1, ... below it; 0: real numbers
  double besides = 0;         ///< values of binary32 that drawing them takes and drops again
  std::string sha256{};       ///< of the file that they come from, if they do, in hexadecimal
};

/// Samples to train on: inputs samples x features, row by row, and a target a sample. What is
/// drawn after the data (a model's start) continues with their generator.
struct Dataset {
  std::size_t samples = 0;
  std::size_t features = 0;
  std::size_t classes = 0;  ///< as in Extent
  std::vector<float> inputs;
  std::vector<float> targets;
  std::mt19937 generator;
};

/// Data that cannot be had as described: what stands where, and what was expected.
class DataError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace ulpscope
