// SPDX-License-Identifier: BSL-1.0
// Models of layers, and the quadratic: gradients and Hessian-vector products by finite differences,
// the order of evaluation, rounding by role, known values.
#include "arithmetics.hpp"
#include "catch.hpp"
#include "sanitized.hpp"
#include "ulpscope/data/gaussian.hpp"
#include "ulpscope/model/models.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

constexpr std::size_t sample_count = 7, feature_count = 4;

template <class T>
std::vector<T> cast(const std::vector<float>& values) {
  std::vector<T> all;
  for (const float value : values) all.push_back(convert<T>(value));
  return all;
}

/// classes = 0: real targets. Every class occurs.
template <class T>
Samples<T> data(std::size_t classes) {
  std::mt19937 generator(3);
  Samples<T> all{sample_count, feature_count, classes, {}, {}, {}};
  all.inputs = cast<T>(normal_values(sample_count * feature_count, generator));
  all.targets = cast<T>(normal_values(sample_count, generator));
  if (classes == 0) return all;
  for (std::size_t i = 0; i < sample_count; ++i) {
    all.labels.push_back(static_cast<std::uint32_t>(i % classes));
    all.targets[i] = convert<T>(static_cast<float>(all.labels[i]));
  }
  return all;
}

Mlp mlp(std::uint64_t depth, const char* activation, const char* loss) {
  Mlp options;
  options.depth = depth;
  options.width = 3;
  options.activation = activation;
  options.loss = loss;
  return options;
}

Logistic logistic(const char* loss) {
  Logistic options;
  options.loss = loss;
  return options;
}

Linear linear(const char* loss) {
  Linear options;
  options.loss = loss;
  return options;
}

/// f(options, classes) for each kind of network.
template <class F>
void for_each_network(F&& f) {
  for (const char* loss : {"sum-squared", "mean-squared"}) {
    f(linear(loss), 0U);
    for (const ActivationName& activation : activation_list) {
      f(mlp(1, activation.name.data(), loss), 0U);
      f(mlp(2, activation.name.data(), loss), 3U);
    }
  }
  for (const char* loss : {"sum-cross-entropy", "mean-cross-entropy"}) {
    for (const std::size_t classes : {2U, 3U, 5U}) {
      if (sanitized && classes == 5) continue;
      f(logistic(loss), classes);
      for (const ActivationName& activation : activation_list) {
        f(mlp(2, activation.name.data(), loss), classes);
      }
    }
  }
}

/// A model of each, and where to look at it.
template <class T, class F>
void for_each_model(F&& f) {
  for_each_network([&]<class Options>(const Options& options, std::size_t classes) {
    typename Options::template In<T> model(options, data<T>(classes));
    std::mt19937 generator(5);
    INFO(Options::name << " " << options.loss << " of " << classes << " classes");
    f(model, cast<T>(normal_values(model.parameters(), generator)));
  });
  for (const bool rotation : {false, true}) {
    for (const char* spectrum : {"geometric", "linear", "3, 0, 1e-4"}) {
      Quadratic options;
      options.size = 6;
      options.spectrum = spectrum;
      options.rotation = rotation;
      typename Quadratic::In<T> model(options);
      std::mt19937 generator(5);
      INFO("quadratic " << spectrum << (rotation ? ", rotated" : ""));
      f(model, cast<T>(normal_values(model.parameters(), generator)));
    }
  }
}

using T100 = Dec100;

T100 norm(const std::vector<T100>& x) {
  T100 squares(0);
  for (const T100& value : x) squares += value * value;
  return sqrt(squares);
}

}  // namespace

// Central differences of step 1e-30 leave a sixth of a third derivative times 1e-60, and the
// round-off of 1e-100, or 1e-98 of a sum, divided by the step: 1e-60 and 1e-68.
TEST_CASE("gradients of all models are those of central differences", "[model]") {
  const T100 h("1e-30");
  for_each_model<T100>([&](Model<T100>& model, std::vector<T100> w) {
    std::vector<T100> gradient(w.size()), unused(w.size()), error(w.size());
    model.loss_and_gradient(0, w, gradient);
    for (std::size_t j = 0; j < w.size(); j += sanitized ? 20 : 1) {
      const T100 kept = w[j];
      w[j] = kept + h;
      const T100 above = model.loss_and_gradient(0, w, unused);
      w[j] = kept - h;
      const T100 below = model.loss_and_gradient(0, w, unused);
      w[j] = kept;
      error[j] = (above - below) / (h + h) - gradient[j];
    }
    CHECK(norm(gradient) > T100("1e-3"));
    CHECK(norm(error) < T100("1e-50") * norm(gradient));
  });
}

TEST_CASE("Hessian-vector products of all models are differences of gradients", "[model]") {
  const T100 h("1e-30");
  for_each_model<T100>([&](Model<T100>& model, const std::vector<T100>& w) {
    std::mt19937 generator(8);
    const std::vector<T100> direction = cast<T100>(normal_values(w.size(), generator));
    std::vector<T100> product(w.size()), up(w.size()), down(w.size()), error(w.size());
    model.hessian_vector(w, direction, product);
    std::vector<T100> above = w, below = w;
    for (std::size_t j = 0; j < w.size(); ++j) {
      above[j] += h * direction[j];
      below[j] -= h * direction[j];
    }
    model.loss_and_gradient(0, above, up);
    model.loss_and_gradient(0, below, down);
    for (std::size_t j = 0; j < w.size(); ++j) {
      error[j] = (up[j] - down[j]) / (h + h) - product[j];
    }
    CHECK(norm(product) > T100("1e-3"));
    CHECK(norm(error) < T100("1e-50") * norm(product));
  });
}

namespace {

/// The formulas of network.hpp and loss.hpp in plain loops, sample by sample.
template <class T>
struct Plain {
  const Layers& layers;
  const Samples<T>& x;
  const std::vector<T>& w;
  std::vector<T> gradient = std::vector<T>(w.size(), T(0));
  T loss{0};

  T f(const T& z) const {
    switch (layers.activation) {
      case Activation::tanh: return elementary::tanh(z);
      case Activation::relu: return z > T(0) ? z : T(0);
      case Activation::gelu: break;
    }
    return z * elementary::normal_distribution(z);
  }
  T slope(const T& z, const T& a) const {
    switch (layers.activation) {
      case Activation::tanh: return T(1) - a * a;
      case Activation::relu: return z > T(0) ? T(1) : T(0);
      case Activation::gelu: break;
    }
    return elementary::normal_distribution(z) + z * elementary::normal_density(z);
  }

  /// The sample's loss; fills s.
  T of_sample(const std::vector<T>& z, std::size_t i, std::vector<T>& s) const {
    if (layers.loss.squares) {
      const T r = z[0] - x.targets[i];
      s = {T(2) * r};
      return r * r;
    }
    const std::uint32_t y = x.labels[i];
    if (z.size() == 1) {
      const T e = elementary::exp(z[0] > T(0) ? T(-z[0]) : z[0]);
      const T right = T(1) / (T(1) + e), left = e / (T(1) + e);  // of the larger class, the other
      if (y == 1) {
        s = {z[0] > T(0) ? T(-left) : T(-right)};
        return (z[0] > T(0) ? T(0) : T(-z[0])) + elementary::log1p(e);
      }
      s = {z[0] > T(0) ? right : left};
      return (z[0] > T(0) ? z[0] : T(0)) + elementary::log1p(e);
    }
    std::size_t m = 0;
    for (std::size_t k = 0; k < z.size(); ++k) {
      if (z[k] > z[m]) m = k;
    }
    T others(0), wrong(0);
    s.clear();
    for (std::size_t k = 0; k < z.size(); ++k) {
      s.push_back(k == m ? T(1) : elementary::exp(T(z[k] - z[m])));
      if (k != m) others = others + s[k];
      if (k != y) wrong = wrong + s[k];
    }
    s[y] = -wrong;
    for (T& value : s) value = value / (T(1) + others);
    return (z[m] - z[y]) + elementary::log1p(others);
  }

  void run() {
    const std::size_t last = layers.count() - 1;
    const T n = convert<T>(static_cast<float>(x.count));
    for (std::size_t i = 0; i < x.count; ++i) {
      std::vector<std::vector<T>> z(last + 1), a(last + 1);
      a[0].assign(&x.inputs[i * feature_count], &x.inputs[i * feature_count] + feature_count);
      std::size_t first = 0;
      std::vector<std::size_t> firsts;
      for (std::size_t l = 0; l <= last; ++l) {
        firsts.push_back(first);
        const std::size_t inputs = layers.widths[l], outputs = layers.widths[l + 1];
        for (std::size_t k = 0; k < outputs; ++k) {
          T sum(0);
          for (std::size_t j = 0; j < inputs; ++j) {
            sum = sum + w[first + k * inputs + j] * a[l][j];
          }
          z[l].push_back(sum + w[first + inputs * outputs + k]);
          if (l < last) a[l + 1].push_back(f(z[l][k]));
        }
        first += outputs * (inputs + 1);
      }
      std::vector<T> s;
      loss = loss + of_sample(z[last], i, s);
      if (layers.loss.mean) {
        for (T& value : s) value = value / n;
      }
      for (std::size_t l = last + 1; l-- > 0;) {
        const std::size_t inputs = layers.widths[l], outputs = layers.widths[l + 1];
        for (std::size_t k = 0; k < outputs; ++k) {
          for (std::size_t j = 0; j < inputs; ++j) {
            T& g = gradient[firsts[l] + k * inputs + j];
            g = g + s[k] * a[l][j];
          }
          T& g = gradient[firsts[l] + inputs * outputs + k];
          g = g + s[k];
        }
        if (l == 0) break;
        std::vector<T> before;
        for (std::size_t j = 0; j < inputs; ++j) {
          T sum(0);
          for (std::size_t k = 0; k < outputs; ++k) {
            sum = sum + w[firsts[l] + k * inputs + j] * s[k];
          }
          // relu's slope is no product: it passes the sum or stops it.
          if (layers.activation == Activation::relu) {
            before.push_back(z[l - 1][j] > T(0) ? sum : T(0));
          } else {
            before.push_back(sum * slope(z[l - 1][j], a[l][j]));
          }
        }
        s = before;
      }
    }
    if (layers.loss.mean) loss = loss / n;
  }
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("networks evaluate in the order that they document", "[model]",
                        TestedArithmetics) {
  using T = TestType;
  for_each_network([&]<class Options>(const Options& options, std::size_t classes) {
    INFO(Options::name << " " << options.loss << " of " << classes << " classes");
    const Samples<T> x = data<T>(classes);
    const Layers layers = options.layers(feature_count, classes);
    typename Options::template In<T> model(options, x);
    std::mt19937 generator(5);
    const std::vector<T> w = cast<T>(normal_values(model.parameters(), generator));
    Plain<T> plain{layers, x, w};
    plain.run();
    std::vector<T> gradient(w.size());
    CHECK(model.loss_and_gradient(0, w, gradient) == plain.loss);
    CHECK(gradient == plain.gradient);
  });
}

// A binary32 number has more than twice 24 bits in binary64, so that + - * / and sqrt rounded to
// binary64 and then to 24 bits are rounded once; functions are but for one argument in 2^28.
TEST_CASE("networks in binary64 with every operation in binary32 are those in binary32",
          "[model]") {
  RoleFormats formats;
  for (const Role role : {Role::activations, Role::loss, Role::gradient}) {
    formats[role] = RoleFormat{{own_format<float>()}, true};
  }
  for_each_network([&]<class Options>(const Options& options, std::size_t classes) {
    INFO(Options::name << " " << options.loss << " of " << classes << " classes");
    typename Options::template In<float> narrow(options, data<float>(classes));
    typename Options::template In<double> wide(options, data<double>(classes),
                                               Roles<double>(formats));
    std::mt19937 generator(5);
    const std::vector<float> w = normal_values(narrow.parameters(), generator);
    std::vector<float> expected(w.size());
    std::vector<double> got(w.size());
    const float loss = narrow.loss_and_gradient(0, w, expected);
    CHECK(wide.loss_and_gradient(0, cast<double>(w), got) == double{loss});
    CHECK(got == cast<double>(expected));
  });
}

// Stored where they stand, in few bits: outputs of a hidden layer, then the loss's own.
TEST_CASE("what networks store is rounded by its role", "[model]") {
  RoleFormats formats;
  formats[Role::activations] = RoleFormat{{*find_format("p3", own_format<double>())}};
  Mlp options = mlp(1, "relu", "sum-squared");
  options.width = 1;
  // z = 1.1 * 1 + 0 is stored as 1, a as 1; the output 3.3 as 3.5 (1.75 * 2).
  Samples<double> one{1, 1, 0, {1}, {0}, {}};
  Mlp::In<double> model(options, one, Roles<double>(formats));
  std::vector<double> gradient(4);
  CHECK(model.loss_and_gradient(0, std::vector<double>{1.1, 0, 3.3, 0}, gradient) == 12.25);
  // s = 7; back: 7 * 3.3 by the parameter itself.
  CHECK(gradient == std::vector<double>{7 * 3.3, 7 * 3.3, 7, 7});
}

TEMPLATE_LIST_TEST_CASE("certain classes leave tiny losses and slopes, sure errors no overflow",
                        "[model]", test::HighArithmetics) {
  using T = TestType;
  const auto at = [](float z, std::uint32_t label, T& slope) {
    Logistic::In<T> model(
        logistic("sum-cross-entropy"),
        Samples<T>{1, 1, 2, {T(1)}, {convert<T>(static_cast<float>(label))}, {label}});
    std::vector<T> gradient(2);
    const T loss = model.loss_and_gradient(0, std::vector<T>{convert<T>(z), T(0)}, gradient);
    slope = gradient[1];
    return loss;
  };
  T slope(0);
  // log(1 + e^-40) and -e^-40 / (1 + e^-40) are e^-40 to within 2^-57; 2 ulps are theirs.
  const T tiny = elementary::exp(T(-40));
  using std::abs;
  using std::ldexp;
  const T near = ldexp(T(1), 3 - std::min(significand_bits<T>, 59));
  CHECK(abs(T(at(40, 1, slope) - tiny)) <= near * tiny);
  CHECK(abs(T(slope + tiny)) <= near * tiny);
  CHECK(at(1000, 0, slope) == T(1000));
  CHECK(slope == T(1));
  CHECK(at(-1000, 1, slope) == T(1000));
  CHECK(slope == T(-1));
}

// Weights and biases of a layer of n inputs come from [-1/sqrt(n), 1/sqrt(n)].
TEST_CASE("networks start with as many parameters as they announce", "[model]") {
  for_each_network([](const auto& options, std::size_t classes) {
    const Layers layers = options.layers(feature_count, classes);
    std::mt19937 generator(1);
    const auto start =
        std::get<std::vector<float>>(options.start(feature_count, classes, generator));
    CHECK(start.size() == layers.layout().size());
    CHECK(options.parameters({sample_count, feature_count, static_cast<double>(classes)}) ==
          static_cast<double>(start.size()));
    std::size_t first = 0;
    for (std::size_t l = 0; l < layers.count(); ++l) {
      const std::size_t size = (layers.widths[l] + 1) * layers.widths[l + 1];
      const auto from = start.begin() + static_cast<std::ptrdiff_t>(first);
      const auto [low, high] = std::minmax_element(from, from + static_cast<std::ptrdiff_t>(size));
      const auto bound = static_cast<float>(1 / std::sqrt(static_cast<double>(layers.widths[l])));
      CHECK(*low >= -bound);
      CHECK(*high <= bound);
      CHECK(std::max(-*low, *high) > bound / 2);
      first += size;
    }
  });
}

TEST_CASE("two classes by one output are two outputs' difference", "[model]") {
  // A network of two outputs z and 0 has the shares of one output z: so has the three-class loss
  // with its third output far below.
  Samples<double> two = data<double>(2), three = two;
  three.classes = 3;
  std::mt19937 generator(5);
  const std::vector<float> w = normal_values(feature_count + 1, generator);
  std::vector<double> narrow(w.begin(), w.end()), wide(3 * (feature_count + 1), 0);
  std::copy(w.begin(), w.end() - 1, wide.begin() + feature_count);  // class 1
  wide[3 * feature_count + 1] = w.back();
  wide[3 * feature_count + 2] = -800;  // e^-800 is below binary64
  std::vector<double> narrow_gradient(narrow.size()), wide_gradient(wide.size());
  Logistic::In<double> one(logistic("mean-cross-entropy"), two);
  Logistic::In<double> classes(logistic("mean-cross-entropy"), three);
  const double a = one.loss_and_gradient(0, narrow, narrow_gradient);
  const double b = classes.loss_and_gradient(0, wide, wide_gradient);
  constexpr double u = 0x1p-53;
  CHECK(std::abs(a - b) <= 40 * u * a);
  for (std::size_t j = 0; j < feature_count; ++j) {
    CHECK(std::abs(narrow_gradient[j] - wide_gradient[feature_count + j]) <= 60 * u);
  }
}

namespace {

Quadratic rotated() {
  Quadratic options;
  options.size = 6;
  options.spectrum = "3, 0.5";
  options.rotation = true;
  return options;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("quadratics evaluate in the order that they document", "[model]",
                        TestedArithmetics) {
  using T = TestType;
  std::mt19937 generator(1);
  const std::vector<double> drawn = orthonormal(6, 6, generator);
  const std::vector<float> q(drawn.begin(), drawn.end());
  generator.seed(5);
  const std::vector<T> x = cast<T>(normal_values(6, generator));
  std::vector<T> s, gradient(6);
  T loss(0);
  for (std::size_t i = 0; i < 6; ++i) {
    T u(0);
    for (std::size_t j = 0; j < 6; ++j) u = u + x[j] * convert<T>(q[6 * i + j]);
    const T h(i % 2 == 0 ? 3.0F : 0.5F);
    loss = loss + h * (u * u);
    s.push_back(h * u);
  }
  std::vector<T> expected(6, T(0));
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      expected[j] = expected[j] + s[i] * convert<T>(q[6 * i + j]);
    }
  }
  Quadratic::In<T> model(rotated());
  CHECK(model.loss_and_gradient(0, x, gradient) == loss * T(0.5F));
  CHECK(gradient == expected);
}

TEST_CASE("quadratics round where their roles say", "[model]") {
  RoleFormats every;
  for (const Role role : {Role::activations, Role::loss, Role::gradient}) {
    every[role] = RoleFormat{{own_format<float>()}, true};
  }
  std::mt19937 generator(5);
  const std::vector<float> x = normal_values(6, generator);
  std::vector<float> expected(6);
  std::vector<double> got(6);
  Quadratic::In<float> narrow(rotated());
  Quadratic::In<double> wide(rotated(), Roles<double>(every));
  const float loss = narrow.loss_and_gradient(0, x, expected);
  CHECK(wide.loss_and_gradient(0, cast<double>(x), got) == double{loss});
  CHECK(got == cast<double>(expected));
  // Stored: u = x is the parameter itself; h u^2 / 2 = 1.21 and h u = 2.2 in three bits.
  RoleFormats stored;
  for (const Role role : {Role::activations, Role::loss, Role::gradient}) {
    stored[role] = RoleFormat{{*find_format("p3", own_format<double>())}};
  }
  Quadratic options;
  options.size = 1;
  options.spectrum = "2";
  Quadratic::In<double> one(options, Roles<double>(stored));
  std::vector<double> slope(1);
  CHECK(one.loss_and_gradient(0, std::vector<double>{1.1}, slope) == 1.25);
  CHECK(slope[0] == 2);
}

TEST_CASE("relu lets a diverged value through", "[model]") {
  Mlp::In<double> model(mlp(1, "relu", "sum-squared"), data<double>(0));
  std::vector<double> w(model.parameters(), 0.5), gradient(w.size());
  w[0] = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(model.loss_and_gradient(0, w, gradient)));
  CHECK(std::isnan(gradient[0]));
}

TEST_CASE("a quadratic has the spectrum that it is given", "[model]") {
  Quadratic options;
  options.size = 5;
  options.condition = "1e4";
  const std::vector<Dec50> geometric = options.curvatures<Dec50>();
  options.spectrum = "linear";
  const std::vector<Dec50> linear = options.curvatures<Dec50>();
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(abs(geometric[i] * pow(Dec50(10), static_cast<int>(i)) - 1) < Dec50("1e-48"));
    CHECK(abs(linear[i] / ((Dec50(4 - i) + Dec50(i) * Dec50("1e-4")) / 4) - 1) < Dec50("1e-48"));
  }
  options.spectrum = "2, 1e-3";
  options.size = 3;
  CHECK(options.curvatures<Dec50>() == std::vector<Dec50>{2, Dec50("1e-3"), 2});
}

// The product of all eigenvalues, by elimination on H's columns. Entries of Q are right to 2^-25, Q
// as a whole to 30 * 2^-25: by Ostrowski's theorem each curvature, the smallest, too, is moved by
// at most twice that.
TEST_CASE("a rotated quadratic keeps small curvatures", "[model]") {
  Quadratic options;
  options.size = 30;
  options.condition = "1e12";
  options.rotation = true;
  Quadratic::In<Dec50> model(options);
  std::vector<Dec50> product(30), direction(30);
  std::vector<std::vector<Dec50>> h;
  for (std::size_t j = 0; j < 30; ++j) {
    direction.assign(30, Dec50(0));
    direction[j] = 1;
    model.hessian_vector(direction, direction, product);
    h.push_back(product);
  }
  Dec50 determinant(1);
  for (std::size_t k = 0; k < 30; ++k) {
    determinant *= h[k][k];
    for (std::size_t i = k + 1; i < 30; ++i) {
      const Dec50 share = h[i][k] / h[k][k];
      for (std::size_t j = k; j < 30; ++j) h[i][j] -= share * h[k][j];
    }
  }
  Dec50 expected(1);
  for (const Dec50& value : options.curvatures<Dec50>()) expected *= value;
  CHECK(abs(determinant / expected - 1) < 30 * 60 * ldexp(Dec50(1), -25));
}
