// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <random>
#include <span>
#include <string_view>

#include "ulpscope/format/option.hpp"
#include "ulpscope/model/counted.hpp"
#include "ulpscope/model/model.hpp"
#include "ulpscope/model/surface_list.hpp"

namespace ulpscope {

/// Value, gradient and second derivatives (xx, xy, yy) of the surfaces, for any number type N with
/// + - *, in the order of evaluation in which they stand here; c are the constants. C++ leaves open
/// which operand of a sum comes first, so every operation that counts has a statement of its own
/// or operands that are values.
namespace surface {

template <class N>
N square(const N& x) {
  return x * x;
}

struct Rosenbrock {
  static constexpr std::array<std::string_view, 6> constants{"1", "100", "2", "400", "200", "1200"};
  template <class N>
  static N value(const N& x, const N& y, std::span<const N> c) {
    const N a = c[0] - x;
    const N x2 = x * x;
    const N b = y - x2;
    const N a2 = square(a);
    const N b2 = square(b);
    const N wall = c[1] * b2;
    return a2 + wall;
  }
  template <class N>
  static std::array<N, 2> gradient(const N& x, const N& y, std::span<const N> c) {
    const N a = x - c[0];
    const N x2 = x * x;
    const N b = y - x2;
    const N slope = c[2] * a;
    const N xb = x * b;
    const N wall = c[3] * xb;
    const N gx = slope - wall;
    return {gx, c[4] * b};
  }
  template <class N>
  static std::array<N, 3> hessian(const N& x, const N& y, std::span<const N> c) {
    return {(c[5] * (x * x) - c[3] * y) + c[2], (x - x) - c[3] * x, c[4]};
  }
};

struct Beale {
  static constexpr std::array<std::string_view, 7> constants{"1", "1.5", "2.25", "2.625",
                                                             "2", "3",   "6"};
  template <class N>
  static N residual(const N& x, const N& power, const N& constant) {
    const N start = constant - x;
    const N product = x * power;
    return start + product;
  }
  template <class N>
  static N value(const N& x, const N& y, std::span<const N> c) {
    const N y2 = y * y;
    const N y3 = y2 * y;
    const N r1 = square(residual(x, y, c[1]));
    const N r2 = square(residual(x, y2, c[2]));
    const N r3 = square(residual(x, y3, c[3]));
    const N sum = r1 + r2;
    return sum + r3;
  }
  template <class N>
  static std::array<N, 2> gradient(const N& x, const N& y, std::span<const N> c) {
    const N y2 = y * y;
    const N y3 = y2 * y;
    const N r1 = residual(x, y, c[1]);
    const N r2 = residual(x, y2, c[2]);
    const N r3 = residual(x, y3, c[3]);
    const N d1 = y - c[0];
    const N d2 = y2 - c[0];
    const N d3 = y3 - c[0];
    const N s1 = r1 * d1;
    const N s2 = r2 * d2;
    const N s3 = r3 * d3;
    const N s12 = s1 + s2;
    const N s = s12 + s3;
    const N gx = c[4] * s;
    const N twice = c[4] * y;
    const N thrice = c[5] * y2;
    const N u2 = r2 * twice;
    const N u3 = r3 * thrice;
    const N u12 = r1 + u2;
    const N u = u12 + u3;
    const N xu = x * u;
    return {gx, c[4] * xu};
  }
  template <class N>
  static std::array<N, 3> hessian(const N& x, const N& y, std::span<const N> c) {
    const N y2 = y * y, y3 = y2 * y;
    const N r1 = residual(x, y, c[1]), r2 = residual(x, y2, c[2]), r3 = residual(x, y3, c[3]);
    const N d1 = y - c[0], d2 = y2 - c[0], d3 = y3 - c[0];  // of the residuals by x
    const N& e1 = x;
    const N e2 = c[4] * (x * y), e3 = c[5] * (x * y2);  // by y
    const N xx = square(d1) + square(d2) + square(d3);
    const N xy = d1 * e1 + d2 * e2 + d3 * e3 + r1 + r2 * (c[4] * y) + r3 * (c[5] * y2);
    const N yy = square(e1) + square(e2) + square(e3) + r2 * (c[4] * x) + r3 * (c[6] * (x * y));
    return {c[4] * xx, c[4] * xy, c[4] * yy};
  }
};

struct Himmelblau {
  static constexpr std::array<std::string_view, 5> constants{"11", "7", "2", "4", "8"};
  template <class N>
  static std::array<N, 2> residuals(const N& x, const N& y, std::span<const N> c) {
    const N x2 = x * x;
    const N left = x2 + y;
    const N a = left - c[0];
    const N y2 = y * y;
    const N right = x + y2;
    return {a, right - c[1]};
  }
  template <class N>
  static N value(const N& x, const N& y, std::span<const N> c) {
    const auto [a, b] = residuals(x, y, c);
    const N a2 = square(a);
    const N b2 = square(b);
    return a2 + b2;
  }
  template <class N>
  static std::array<N, 2> gradient(const N& x, const N& y, std::span<const N> c) {
    const auto [a, b] = residuals(x, y, c);
    const N xa = x * a;
    const N xa4 = c[3] * xa;
    const N b2 = c[2] * b;
    const N gx = xa4 + b2;
    const N a2 = c[2] * a;
    const N yb = y * b;
    const N yb4 = c[3] * yb;
    return {gx, a2 + yb4};
  }
  template <class N>
  static std::array<N, 3> hessian(const N& x, const N& y, std::span<const N> c) {
    const auto [a, b] = residuals(x, y, c);
    return {c[3] * a + c[4] * (x * x) + c[2], c[3] * (x + y), c[3] * b + c[4] * (y * y) + c[2]};
  }
};

struct Booth {
  static constexpr std::array<std::string_view, 6> constants{"2", "7", "5", "4", "10", "8"};
  template <class N>
  static std::array<N, 2> residuals(const N& x, const N& y, std::span<const N> c) {
    const N y2 = c[0] * y;
    const N left = x + y2;
    const N a = left - c[1];
    const N x2 = c[0] * x;
    const N right = x2 + y;
    return {a, right - c[2]};
  }
  template <class N>
  static N value(const N& x, const N& y, std::span<const N> c) {
    const auto [a, b] = residuals(x, y, c);
    const N a2 = square(a);
    const N b2 = square(b);
    return a2 + b2;
  }
  template <class N>
  static std::array<N, 2> gradient(const N& x, const N& y, std::span<const N> c) {
    const auto [a, b] = residuals(x, y, c);
    const N a2 = c[0] * a;
    const N b4 = c[3] * b;
    const N gx = a2 + b4;
    const N a4 = c[3] * a;
    const N b2 = c[0] * b;
    return {gx, a4 + b2};
  }
  template <class N>
  static std::array<N, 3> hessian(const N&, const N&, std::span<const N> c) {
    return {c[4], c[5], c[4]};
  }
};

struct Saddle {
  static constexpr std::array<std::string_view, 5> constants{"0.5", "1", "0.25", "3", "0"};
  template <class N>
  static N value(const N& x, const N& y, std::span<const N> c) {
    const N x2 = x * x;
    const N bowl = c[0] * x2;
    const N y2 = y * y;
    const N wall = y2 - c[1];
    const N wall2 = square(wall);
    const N hill = c[2] * wall2;
    return bowl + hill;
  }
  template <class N>
  static std::array<N, 2> gradient(const N& x, const N& y, std::span<const N> c) {
    const N y2 = y * y;
    const N wall = y2 - c[1];
    return {x, y * wall};
  }
  template <class N>
  static std::array<N, 3> hessian(const N&, const N& y, std::span<const N> c) {
    return {c[1], c[4], c[3] * (y * y) - c[1]};
  }
};

struct Matyas {
  static constexpr std::array<std::string_view, 3> constants{"0.26", "0.48", "0.52"};
  template <class N>
  static N value(const N& x, const N& y, std::span<const N> c) {
    const N x2 = x * x;
    const N y2 = y * y;
    const N sum = x2 + y2;
    const N bowl = c[0] * sum;
    const N xy = x * y;
    const N tilt = c[1] * xy;
    return bowl - tilt;
  }
  template <class N>
  static std::array<N, 2> gradient(const N& x, const N& y, std::span<const N> c) {
    const N ax = c[2] * x;
    const N by = c[1] * y;
    const N gx = ax - by;
    const N ay = c[2] * y;
    const N bx = c[1] * x;
    return {gx, ay - bx};
  }
  template <class N>
  static std::array<N, 3> hessian(const N& x, const N&, std::span<const N> c) {
    return {c[2], (x - x) - c[1], c[2]};
  }
};

}  // namespace surface

/// A model of two parameters, x and y, without samples: the loss is a classic surface, the one at
/// this place of surface_list.
///
/// The value's operations are of the role loss, the gradient's of the role gradient; both are
/// stored there. Constants are rounded once to T.
template <class Formula, std::size_t place>
struct Surface {
  static constexpr const SurfaceInfo& info = surface_list[place];
  static constexpr std::string_view name = info.name;
  static constexpr std::string_view summary = info.summary;
  static constexpr Targets needs = Targets::none;

  Decimal x = info.start_x;
  Decimal y = info.start_y;

  static auto options() {
    return std::tuple{Option{"x", &Surface::x, "where it starts", any_real},
                      Option{"y", &Surface::y, "where it starts", any_real}};
  }

  static double parameters(const Sizes&) { return 2; }
  static double values(const Sizes&) { return 0; }
  Start start(std::size_t, std::size_t, std::mt19937&) const { return std::vector<Decimal>{x, y}; }

  template <class T>
  class In final : public Model<T> {
   public:
    explicit In(const Surface&, const Roles<T>& roles = Roles<T>()) : roles_(roles) {
      for (const std::string_view text : Formula::constants) {
        constants_.push_back(convert<T>(hyper<T>(Decimal(text))));
      }
    }

    Layout layout() const override { return Layout(2); }

    T loss_and_gradient(std::uint64_t step, std::span<const T> parameters, std::span<T> gradient,
                        Batch = {}) override {
      const KeptRole<T>& of_loss = roles_[Role::loss];
      Counter<T> forward(of_loss, step);
      std::vector<Counted<T>> n = counted(parameters, forward);
      T value = Formula::template value<Counted<T>>(n[0], n[1], std::span(n).subspan(2)).value();
      of_loss.store({&value, 1}, forward.next());

      const KeptRole<T>& of_gradient = roles_[Role::gradient];
      Counter<T> backward(of_gradient, step);
      n = counted(parameters, backward);
      const auto slope =
          Formula::template gradient<Counted<T>>(n[0], n[1], std::span(n).subspan(2));
      gradient[0] = slope[0].value();
      gradient[1] = slope[1].value();
      of_gradient.store(gradient, backward.next());
      return value;
    }

    void hessian_vector(std::span<const T> parameters, std::span<const T> direction,
                        std::span<T> product) override {
      const auto [xx, xy, yy] =
          Formula::template hessian<T>(parameters[0], parameters[1], constants_);
      product[0] = xx * direction[0] + xy * direction[1];
      product[1] = xy * direction[0] + yy * direction[1];
    }

   private:
    /// x, y, then the constants.
    std::vector<Counted<T>> counted(std::span<const T> parameters, Counter<T>& counter) const {
      std::vector<Counted<T>> all;
      for (const T& value : parameters) all.emplace_back(value, counter);
      for (const T& value : constants_) all.emplace_back(value, counter);
      return all;
    }

    Roles<T> roles_;
    std::vector<T> constants_;
  };
};

using Rosenbrock = Surface<surface::Rosenbrock, 0>;
using Beale = Surface<surface::Beale, 1>;
using Himmelblau = Surface<surface::Himmelblau, 2>;
using Booth = Surface<surface::Booth, 3>;
using Saddle = Surface<surface::Saddle, 4>;
using Matyas = Surface<surface::Matyas, 5>;

}  // namespace ulpscope
