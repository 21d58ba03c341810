// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/elementary.hpp"
#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Adafactor: N. Shazeer and M. Stern, arXiv 1804.04235, algorithms 4 and 5 without a first moment;
/// for each tensor of the layout, with b = 1 - t^beta2_decay, rho = min(lr, 1 / sqrt(t)), and
/// rms(x) = sqrt((sum of x x) (1/n)):
///
///   q = (g g) + eps1                                         second_moment
///   v = (b v) + ((1-b) q)                                    second_moment, one row or column
///   r = (b r) + ((1-b) (row sum of q) (1/columns))           second_moment, else
///   c = (b c) + ((1-b) (column sum of q) (1/rows))           second_moment
///   v = (r / ((sum of r) (1/rows))) c                        second_moment, not stored
///   x = g / sqrt(v)                                          update
///   a = (rho max(eps2, rms(w))) / max(1, rms(x) / d)         update
///   u = a x                                                  update
///   w = w - u                                                parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one; sums run in the order of the parameters. b, 1-b, rho and 1/n are hyper-parameters: computed
/// in wide arithmetic and rounded once. The averages of rows and of columns, which the paper writes
/// as sums, are the states row_average and column_average; second_moment has the tensors that are
/// not factored, one after the other. eps1 joins a square, eps2 a norm: no eps policy applies.
struct Adafactor {
  static constexpr std::string_view name = "adafactor";
  static constexpr std::string_view summary = "second moment of a matrix by its rows and columns";

  Decimal lr = "1e-2";
  Decimal beta2_decay = "-0.8";
  Decimal eps1 = "1e-30";
  Decimal eps2 = "1e-3";
  Decimal d = "1";

  static auto options() {
    return std::tuple{
        Option{"lr", &Adafactor::lr, "bound of the relative step size", non_negative},
        Option{"beta2_decay", &Adafactor::beta2_decay, "power of t that is a square's share",
               Constraint{"a number <= 0", "-0.8", [](const Decimal& x) { return x <= "0"; }}},
        Option{"eps1", &Adafactor::eps1, "added to the squared gradient", non_negative},
        Option{"eps2", &Adafactor::eps2, "the least scale of a tensor's parameters", non_negative},
        Option{"d", &Adafactor::d, "root mean square to which updates are clipped", positive}};
  }

  std::vector<Role> moments() const { return {Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class Adafactor::In final : public Rule<T> {
 public:
  using Hyper = HyperArithmetic<T>;

  In(const Adafactor& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Rule<T>(layout, roles, options.lr),
        decay_(hyper<T>(options.beta2_decay)),
        eps1_(roles.hyper(options.eps1)),
        eps2_(roles.hyper(options.eps2)),
        d_(roles.hyper(options.d)),
        x_(layout.size(), T(0)) {
    std::size_t first = 0;
    for (const auto& [rows, columns] : layout.tensors()) {
      const bool factored = rows > 1 && columns > 1;
      tensors_.push_back({first, rows, columns, factored ? row_.size() : v_.size(), column_.size(),
                          factored, inverse(rows), inverse(columns), inverse(rows * columns)});
      first += rows * columns;
      if (factored) {
        row_.resize(row_.size() + rows, T(0));
        column_.resize(column_.size() + columns, T(0));
      } else {
        v_.resize(v_.size() + rows * columns, T(0));
      }
    }
  }

 protected:
  void begin(Step<T>& s) override {
    const Hyper t(s.number()), age(s.second_moment_age());
    const Hyper share = elementary::exp2(Hyper(decay_ * elementary::log2(age)));
    const Hyper relative = 1 / sqrt(t);
    b_ = s.roles().hyper(1 - share);
    c_ = s.roles().hyper(share);
    rho_ = s.roles().hyper(relative < this->wide_rate() ? relative : this->wide_rate());
  }

  void prepare(Step<T>& s, std::span<const T> w, std::span<const T> gradient) override {
    Singles<T> moment = s.singles(Role::second_moment);
    std::vector<T> v(v_), row(row_), column(column_);
    for (const Tensor& tensor : tensors_) average(moment, tensor, gradient, v, row, column);
    s.keep_whole(Role::second_moment, v_, v);
    s.keep_whole(Role::second_moment, row_, row);
    s.keep_whole(Role::second_moment, column_, column);
    Singles<T> update = s.singles(Role::update);
    for (const Tensor& tensor : tensors_) {
      divide(moment, update, tensor, gradient, v, row, column);
      scale(update, tensor, w);
    }
  }

  void update(Step<T>& s, std::span<T> w, std::span<const T>) override {
    const auto u = s.keep(Role::update, s.of(x_));
    this->subtract(s, w, u);
  }

  std::vector<State<T>> own_states() override {
    std::vector<State<T>> all{{"second_moment", v_}};
    if (!row_.empty()) all.insert(all.end(), {{"row_average", row_}, {"column_average", column_}});
    return all;
  }

 private:
  using Vector = std::vector<T>;

  /// Where a tensor's values begin: parameters, its v or else its r, and its c.
  struct Tensor {
    std::size_t first, rows, columns, moment, column;
    bool factored;
    T by_rows, by_columns, by_size;  ///< 1/n

    std::size_t size() const { return rows * columns; }
  };

  T inverse(std::size_t n) const { return this->roles().hyper(1 / Hyper(n)); }

  T averaged(Singles<T>& s, const T& old, const T& q) const {
    const T kept = s.product(b_, old);
    return s.sum(kept, s.product(c_, q));
  }

  /// v, or r and c.
  void average(Singles<T>& s, const Tensor& tensor, std::span<const T> gradient, Vector& v,
               Vector& row, Vector& column) const {
    Vector row_sum(tensor.factored ? tensor.rows : 0, T(0));
    Vector column_sum(tensor.factored ? tensor.columns : 0, T(0));
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      const T& g = gradient[tensor.first + i];
      const T q = s.sum(s.product(g, g), eps1_);
      if (tensor.factored) {
        T& in_row = row_sum[i / tensor.columns];
        T& in_column = column_sum[i % tensor.columns];
        in_row = s.sum(in_row, q);
        in_column = s.sum(in_column, q);
      } else {
        T& value = v[tensor.moment + i];
        value = averaged(s, value, q);
      }
    }
    for (std::size_t i = 0; i < row_sum.size(); ++i) {
      T& value = row[tensor.moment + i];
      value = averaged(s, value, s.product(row_sum[i], tensor.by_columns));
    }
    for (std::size_t j = 0; j < column_sum.size(); ++j) {
      T& value = column[tensor.column + j];
      value = averaged(s, value, s.product(column_sum[j], tensor.by_rows));
    }
  }

  /// x.
  void divide(Singles<T>& moment, Singles<T>& update, const Tensor& tensor,
              std::span<const T> gradient, const Vector& v, const Vector& row,
              const Vector& column) {
    T mean(0);
    for (std::size_t i = 0; tensor.factored && i < tensor.rows; ++i) {
      mean = moment.sum(mean, row[tensor.moment + i]);
    }
    mean = tensor.factored ? moment.product(mean, tensor.by_rows) : mean;
    T in_row(0);
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      const std::size_t j = i % tensor.columns;
      if (tensor.factored && j == 0) {
        in_row = moment.quotient(row[tensor.moment + i / tensor.columns], mean);
      }
      const T value = tensor.factored ? moment.product(in_row, column[tensor.column + j])
                                      : v[tensor.moment + i];
      x_[tensor.first + i] = update.quotient(gradient[tensor.first + i], update.root(value));
    }
  }

  /// a x in place of x.
  void scale(Singles<T>& s, const Tensor& tensor, std::span<const T> w) {
    const auto x = std::span<T>(x_).subspan(tensor.first, tensor.size());
    const T length = rms(s, tensor, w.subspan(tensor.first, tensor.size()));
    const T clip = s.quotient(rms(s, tensor, x), d_);
    const T rate = s.product(rho_, length < eps2_ ? eps2_ : length);
    const T a = s.quotient(rate, clip < T(1) ? T(1) : clip);
    for (T& value : x) value = s.product(a, value);
  }

  static T rms(Singles<T>& s, const Tensor& tensor, std::span<const T> x) {
    T sum(0);
    for (const T& value : x) sum = s.sum(sum, s.product(value, value));
    return s.root(s.product(sum, tensor.by_size));
  }

  Hyper decay_;
  T eps1_, eps2_, d_, b_{}, c_{}, rho_{};
  std::vector<Tensor> tensors_;
  Vector v_, row_, column_, x_;
};

}  // namespace ulpscope
