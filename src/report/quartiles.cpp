// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/quartiles.hpp"

#include <algorithm>
#include <map>

#include "ulpscope/report/number.hpp"

namespace ulpscope {
namespace {

/// A number with its text; what is beyond or infinite has none.
struct Item {
  std::string text;
  std::optional<Number> number;

  /// -2, -1, 0, 1, 2, 3 for -inf, negative, zero, positive, beyond, inf.
  int rank() const {
    if (!number) return text == "-inf" ? -2 : is_beyond(text) ? 2 : 3;
    return number->zero() ? 0 : number->negative ? -1 : 1;
  }
};

bool smaller_magnitude(const Number& a, const Number& b) {
  return a.exponent != b.exponent ? a.exponent < b.exponent : a.digits < b.digits;
}

bool smaller(const Item& a, const Item& b) {
  if (a.rank() != b.rank()) return a.rank() < b.rank();
  if (a.rank() == 1) return smaller_magnitude(*a.number, *b.number);
  if (a.rank() == 2) {
    return smaller_magnitude(*read_number(a.text.substr(2)), *read_number(b.text.substr(2)));
  }
  return a.rank() == -1 && smaller_magnitude(*b.number, *a.number);
}

}  // namespace

std::vector<std::string> in_order_of_size(std::vector<std::string> values) {
  std::vector<Item> items;
  for (std::string& text : values) {
    auto number = read_number(text);
    if (number || text == "inf" || text == "-inf" || is_beyond(text)) {
      items.push_back({std::move(text), std::move(number)});
    }
  }
  std::stable_sort(items.begin(), items.end(), smaller);
  values.clear();
  for (Item& item : items) values.push_back(std::move(item.text));
  return values;
}

std::optional<Quartiles> quartiles(std::vector<std::string> values) {
  values = in_order_of_size(std::move(values));
  const std::size_t n = values.size();
  if (n == 0) return std::nullopt;
  const auto at = [&](std::size_t quarters) { return values[(n * quarters + 3) / 4 - 1]; };
  return Quartiles{at(1), at(2), at(3), n};
}

std::string counts(const std::vector<std::string>& texts) {
  std::map<std::string, std::size_t> count;
  for (const std::string& text : texts) {
    if (!text.empty()) ++count[text];
  }
  std::vector<std::pair<std::string, std::size_t>> order(count.begin(), count.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string all;
  for (const auto& [text, n] : order) {
    all += (all.empty() ? "" : ", ") + std::to_string(n) + " " + text;
  }
  return all;
}

}  // namespace ulpscope
