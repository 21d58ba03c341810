// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/data/csv_data.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <type_traits>

#include "csv_reader.hpp"
#include "ulpscope/format/spelling.hpp"

namespace ulpscope {
namespace {

/// Labels are kept as binary32, which has no whole number beyond it.
constexpr float largest_label = 16777216;

/// The file's columns, and its numbers row by row.
class Table {
 public:
  /// Not hashed: the content is neither checked nor known by its SHA-256.
  explicit Table(const CsvData& options, bool hashed = true)
      : options_(options), reader_(options.file, hashed), hashed_(hashed) {
    const std::vector<std::string>* record = reader_.next();
    if (!record) reader_.fail("empty; expected a header row, as x1,x2,y");
    header_ = *record;
    check_header();
  }

  std::size_t features() const { return header_.size() - 1; }
  std::size_t rows() const { return rows_; }
  const std::string& hash() const { return hash_; }
  /// On the line of the record read last; when all are read, for the whole column, the header's.
  [[noreturn]] void fail_column(std::size_t k, const std::string& problem) const {
    const std::string text = "column " + header_[k] + ": " + problem;
    if (done_) throw DataError(options_.file + ":1: " + text);
    reader_.fail(text);
  }
  /// The column of input number i.
  std::size_t column(std::size_t i) const { return i < target_ ? i : i + 1; }
  std::size_t target() const { return target_; }

  /// The next row's inputs and target, each rounded once to Real; false at the file's end.
  template <class Real>
  bool next(std::span<Real> inputs, float& target) {
    const std::vector<std::string>* record = reader_.next();
    if (!record) {
      done_ = true;
      finish();
      return false;
    }
    check_count(*record);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::size_t k = column(i);
      inputs[i] = number<Real>(k, (*record)[k], "a number, as 0.5");
    }
    const bool label = options_.task == "classification";
    const char* expected = label ? "a whole number from 0 to 16777216, as 3" : "a number, as 0.5";
    const std::string& text = (*record)[target_];
    target = number<float>(target_, text, expected);
    if (label && !(target >= 0 && target <= largest_label && target == std::floor(target))) {
      wrong(target_, text, expected);
    }
    ++rows_;
    return true;
  }

 private:
  void check_header() {
    std::map<std::string, std::size_t> places;
    for (std::size_t k = 0; k < header_.size(); ++k) {
      const std::string place = std::to_string(k + 1);
      if (header_[k].empty()) reader_.fail("column " + place + " has no name; expected one, as x1");
      const auto [at, is_new] = places.emplace(header_[k], k);
      if (!is_new) {
        fail_column(k, "the name of columns " + std::to_string(at->second + 1) + " and " + place +
                           "; expected different ones, as " + header_[k] + "1");
      }
    }
    const auto at = places.find(options_.target);
    if (at == places.end()) {
      reader_.fail("no column " + options_.target + suggestion(options_.target, header_) +
                   "; expected target to be a name of the header, as target = \"" + header_.back() +
                   "\"");
    }
    target_ = at->second;
    if (header_.size() == 1) {
      reader_.fail("no column besides the target; expected inputs, as x1,x2," + header_[0]);
    }
  }

  void check_count(const std::vector<std::string>& record) const {
    if (record.size() > header_.size()) {
      reader_.fail(std::to_string(record.size()) + " cells; expected " +
                   std::to_string(header_.size()) + ", one for each column of the header");
    }
    if (record.size() < header_.size()) {
      fail_column(record.size() == 1 && record[0].empty() ? 0 : record.size(),
                  "missing; expected " + std::to_string(header_.size()) + " cells a row, as 0.5");
    }
  }

  [[noreturn]] void wrong(std::size_t k, const std::string& text,
                          const std::string& expected) const {
    fail_column(k, (text.empty() ? "missing" : "\"" + text + "\"") + "; expected " + expected);
  }

  template <class Real>
  Real number(std::size_t k, const std::string& text, const char* expected) const {
    Real value = 0;
    const char* begin = text.data();
    const char* const end = begin + text.size();
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') ++begin;
    const auto [rest, error] = std::from_chars(begin, end, value);
    if (error == std::errc::result_out_of_range && rest == end) {
      wrong(k, text,
            std::is_same_v<Real, float>
                ? "0 or a size that binary32 has, 1e-45 to 3.4e38, as 0.5"
                : "0 or a size that binary64 has, 1e-323 to 1.7e308, as 0.5");
    }
    if (error != std::errc() || rest != end) wrong(k, text, expected);
    if (!std::isfinite(value)) {
      wrong(k, text, std::string("a finite number, as ") + (k == target_ ? "3" : "0.5"));
    }
    return value;
  }

  void finish() {
    if (rows_ == 0) reader_.fail("no rows; expected at least one below the header");
    if (!hashed_) return;
    hash_ = reader_.hash();
    if (!options_.sha256.empty() && hash_ != options_.sha256) {
      throw DataError(options_.file + ": its SHA-256 is " + hash_ + "; expected " +
                      options_.sha256);
    }
  }

  const CsvData& options_;
  CsvReader reader_;
  bool hashed_;
  std::vector<std::string> header_;
  std::size_t target_ = 0;
  std::size_t rows_ = 0;
  std::string hash_;  ///< of the file, once it is read to its end
  bool done_ = false;
};

/// f(inputs, target) for every row, to the file's end.
template <class Real, class F>
void for_each_row(Table& table, F&& f) {
  std::vector<Real> inputs(table.features());
  float target = 0;
  while (table.next(std::span<Real>(inputs), target)) f(std::span<const Real>(inputs), target);
}

/// The same, and the sizes that are known then.
template <class Real, class F>
Extent read(Table& table, const CsvData& options, F&& f) {
  const bool labels = options.task == "classification";
  std::vector<bool> seen;
  for_each_row<Real>(table, [&](std::span<const Real> x, float y) {
    if (labels) {
      const auto label = static_cast<std::size_t>(y);
      if (label >= seen.size()) seen.resize(label + 1);
      seen[label] = true;
    }
    f(x, y);
  });
  Extent extent{table.rows(), table.features(), seen.size(), 0, table.hash()};
  if (!labels) return extent;
  if (seen.size() == 1) {
    table.fail_column(table.target(), "0 in every row; expected two labels at least, 0 and 1");
  }
  const auto missing = std::find(seen.begin(), seen.end(), false);
  if (missing != seen.end()) {
    table.fail_column(table.target(), "no row has the label " +
                                          std::to_string(missing - seen.begin()) +
                                          "; expected all from 0 to the largest, " +
                                          std::to_string(seen.size() - 1));
  }
  return extent;
}

/// What standardizing needs of an input's column.
struct Column {
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
  double mean = 0, deviation = 0;
};

/// What a first pass over a file finds whose columns are to be standardized.
struct Found {
  Extent extent;
  std::vector<Column> columns;
};

Found find_means(const CsvData& options) {
  Table table(options);
  Found found{{}, std::vector<Column>(table.features())};
  found.extent = read<double>(table, options, [&](std::span<const double> x, float) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      Column& column = found.columns[i];
      column.least = std::min(column.least, x[i]);
      column.most = std::max(column.most, x[i]);
      column.mean += x[i];
    }
  });
  for (std::size_t i = 0; i < found.columns.size(); ++i) {
    // Compared, not computed: round-off would make a variance of the mean's error.
    if (found.columns[i].least == found.columns[i].most) {
      table.fail_column(table.column(i),
                        "the same number in every row; expected two that differ, or standardize = "
                        "false");
    }
    found.columns[i].mean /= static_cast<double>(table.rows());
  }
  return found;
}

void find_deviations(const CsvData& options, std::vector<Column>& columns) {
  Table table(options, false);
  for_each_row<double>(table, [&](std::span<const double> x, float) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double difference = x[i] - columns[i].mean;
      columns[i].deviation += difference * difference;
    }
  });
  for (std::size_t i = 0; i < columns.size(); ++i) {
    double& deviation = columns[i].deviation;
    deviation = std::sqrt(deviation / static_cast<double>(table.rows()));
    if (!(deviation > 0 && std::isfinite(deviation))) {
      table.fail_column(table.column(i),
                        "a variance beyond binary64's range; expected another unit");
    }
  }
}

}  // namespace

Extent CsvData::extent() const {
  if (standardize) return find_means(*this).extent;
  Table table(*this);
  return read<float>(table, *this, [](std::span<const float>, float) {});
}

Dataset CsvData::draw() const {
  Found found;
  if (standardize) {
    found = find_means(*this);
    find_deviations(*this, found.columns);
  }
  Table table(*this);
  // Vectors that grow would take twice their size for a moment. A cell takes two bytes at least.
  const CsvSize size = csv_size(file);
  const std::size_t rows = std::min(size.lines, size.bytes / (2 * (table.features() + 1)) + 1);
  Dataset data{0, 0, 0, {}, {}, std::mt19937(static_cast<std::uint32_t>(seed))};
  data.inputs.reserve(rows * table.features());
  data.targets.reserve(rows);
  Extent extent;
  if (standardize) {
    extent = read<double>(table, *this, [&](std::span<const double> x, float y) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        const Column& column = found.columns[i];
        data.inputs.push_back(static_cast<float>((x[i] - column.mean) / column.deviation));
      }
      data.targets.push_back(y);
    });
    if (extent.sha256 != found.extent.sha256) {
      throw DataError(file + ": changed while it was read; expected it to stay as it is");
    }
  } else {
    extent = read<float>(table, *this, [&](std::span<const float> x, float y) {
      data.inputs.insert(data.inputs.end(), x.begin(), x.end());
      data.targets.push_back(y);
    });
  }
  data.samples = extent.samples;
  data.features = extent.features;
  data.classes = extent.classes;
  return data;
}

}  // namespace ulpscope
