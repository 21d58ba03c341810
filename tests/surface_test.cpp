// SPDX-License-Identifier: BSL-1.0
// Surfaces: known minima, and their derivatives by finite differences of one another.
#include "ulpscope/model/surface.hpp"
#include "catch.hpp"

namespace {

using namespace ulpscope;

using Vector = std::vector<Dec100>;

/// f(model, info) for each surface.
template <class F>
void for_each_surface(F&& f) {
  const auto visit = [&]<class Kind>(const Kind& options) {
    typename Kind::template In<Dec100> model(options);
    const SurfaceInfo* info = find_surface(Kind::name);
    REQUIRE(info);
    INFO(Kind::name);
    f(model, *info);
  };
  visit(Rosenbrock{});
  visit(Beale{});
  visit(Himmelblau{});
  visit(Booth{});
  visit(Saddle{});
  visit(Matyas{});
}

struct At {
  Dec100 loss;
  Vector gradient;
};

At at(Model<Dec100>& model, const Vector& w) {
  At result{Dec100(0), Vector(2)};
  result.loss = model.loss_and_gradient(0, w, result.gradient);
  return result;
}

const Vector somewhere{Dec100("1.25"), Dec100("-0.75")};

}  // namespace

// Minimisers are right to half an ulp of binary64, at most 2^-52 below 4; a second derivative
// there is at most 1002 (Rosenbrock's), so the slope is below 2 * 1002 * 2^-52.
TEST_CASE("surfaces are flat and 0 at their minimisers", "[model]") {
  for_each_surface([](Model<Dec100>& model, const SurfaceInfo& info) {
    REQUIRE(info.minimiser_count > 0);
    for (std::size_t i = 0; i < info.minimiser_count; ++i) {
      const At end =
          at(model, {Dec100(info.minimisers[i].first), Dec100(info.minimisers[i].second)});
      CHECK(end.loss <= Dec100(2004) * ldexp(Dec100(1), -104));
      for (const Dec100& slope : end.gradient)
        CHECK(abs(slope) <= Dec100(2004) * ldexp(Dec100(1), -52));
    }
  });
}

// Central differences of step 1e-40 leave about 1e-80 of a third derivative, and the round-off of
// 1e-100 in the values, divided by the step: 1e-60.
TEST_CASE("gradients of surfaces are those of central differences", "[model]") {
  const Dec100 h("1e-40");
  for_each_surface([&](Model<Dec100>& model, const SurfaceInfo&) {
    const At here = at(model, somewhere);
    for (std::size_t j = 0; j < 2; ++j) {
      Vector above = somewhere, below = somewhere;
      above[j] += h;
      below[j] -= h;
      const Dec100 slope = (at(model, above).loss - at(model, below).loss) / (h + h);
      CHECK(abs(slope - here.gradient[j]) <= Dec100("1e-50") * abs(here.gradient[j]));
    }
  });
}

TEST_CASE("Hessian-vector products of surfaces are differences of gradients", "[model]") {
  const Dec100 h("1e-40");
  const Vector direction{Dec100("0.5"), Dec100("-2")};
  for_each_surface([&](Model<Dec100>& model, const SurfaceInfo&) {
    Vector product(2);
    model.hessian_vector(somewhere, direction, product);
    Vector above = somewhere, below = somewhere;
    for (std::size_t j = 0; j < 2; ++j) {
      above[j] += h * direction[j];
      below[j] -= h * direction[j];
    }
    const At up = at(model, above), down = at(model, below);
    for (std::size_t j = 0; j < 2; ++j) {
      const Dec100 slope = (up.gradient[j] - down.gradient[j]) / (h + h);
      CHECK(abs(slope - product[j]) <= Dec100("1e-50") * (abs(product[0]) + abs(product[1])));
    }
  });
}

// booth at (1.5, 1): a = 3.5 - 7 = -3.5 and b = 4 - 5 = -1; value 12.25 + 1, gradient
// (2a + 4b, 4a + 2b) = (-11, -16).
TEST_CASE("operations of a surface round where their role says", "[model]") {
  const auto loss = [](const char* format, bool every) {
    RoleFormats formats;
    const Format narrow = *find_format(format, own_format<double>());
    for (const Role role : {Role::loss, Role::gradient}) {
      formats[role] = RoleFormat{{narrow}, every};
    }
    Booth::In<double> model(Booth{}, Roles<double>(formats));
    const std::vector<double> w{1.5, 1};
    std::vector<double> gradient(2);
    const double value = model.loss_and_gradient(0, w, gradient);
    CHECK(gradient == std::vector<double>{-11, -16});
    return value;
  };
  // Four bits: 13.25 is stored as 13; 12.25 rounds to 12, and 12 + 1 = 13.
  CHECK(loss("p4", false) == 13);
  CHECK(loss("p4", true) == 13);
  // Six bits: 13.25 is a number; 12.25, too.
  CHECK(loss("p6", true) == 13.25);
}
