// SPDX-License-Identifier: BSL-1.0
// A rule, a schedule and a model as a user would write them: the README shows these very lines.
#include "arithmetics.hpp"
#include "catch.hpp"
#include "rules.hpp"
#include "ulpscope/model/models.hpp"
#include "ulpscope/schedule/schedules.hpp"

namespace own {

using namespace ulpscope;

// README: rule
/// m = (beta m) + ((1 - beta) g), u = lr sign(m), w = w - u (Signum: arXiv 1802.04434).
struct Signum {
  static constexpr std::string_view name = "signum";
  static constexpr std::string_view summary = "sign of the gradient's average";

  Decimal lr = "1e-3";
  Decimal beta = "0.9";

  static auto options() {
    return std::tuple{Option{"lr", &Signum::lr, "learning rate", non_negative},
                      Option{"beta", &Signum::beta, "decay of the average", decay_factor}};
  }
  std::vector<Role> moments() const { return {Role::first_moment}; }

  template <class T>
  struct In final : Rule<T> {
    In(const Signum& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
        : Rule<T>(layout, roles, options.lr),
          b(roles.hyper(options.beta)),
          c(roles.complement(options.beta)),
          m(layout.size(), T(0)) {}

    void update(Step<T>& s, std::span<T> w, std::span<const T> g) override {
      const auto mean = s.keep(Role::first_moment, m, b * s.of(m) + c * s.of(g));
      const auto u = s.keep(Role::update, this->rate() * sign(mean));
      this->subtract(s, w, u);
    }
    std::vector<State<T>> own_states() override { return {{"first_moment", m}}; }

    T b, c;
    std::vector<T> m;
  };
};
// end

// README: schedule
/// lr / sqrt(1 + decay k) before update number k + 1.
struct RootDecay : Warmup {
  static constexpr std::string_view name = "inverse-root";
  static constexpr std::string_view summary = "divided by sqrt(1 + decay k)";

  Decimal decay = "1";

  static auto options() {
    return with_warmup<RootDecay>(
        Option{"decay", &RootDecay::decay, "growth below the root an update", non_negative});
  }

  template <class W>
  struct In final : Rate<W> {
    explicit In(const RootDecay& options) : Rate<W>(options), decay(this->value(options.decay)) {}

    W at(std::uint64_t k, const W& lr, const W& /*loss*/) override {
      using std::sqrt;
      return lr / sqrt(W(1 + decay * W(k)));
    }

    W decay;
  };
};
// end

// README: model
/// The sum over i = 1 .. size of i x_i^2, in this order; gradient 2 i x_i.
struct Bowl {
  static constexpr std::string_view name = "bowl";
  static constexpr std::string_view summary = "sum of i x_i^2";
  static constexpr Targets needs = Targets::none;

  std::uint64_t size = 10;
  Decimal x = "1";

  static auto options() {
    return std::tuple{Option{"size", &Bowl::size, "how many parameters", positive_count},
                      Option{"x", &Bowl::x, "where each of them starts", any_real}};
  }

  double parameters(const Sizes&) const { return static_cast<double>(size); }
  double values(const Sizes&) const { return 0; }  // that it holds besides
  Start start(std::size_t, std::size_t, std::mt19937&) const {
    return std::vector<Decimal>(size, x);
  }

  template <class T>
  struct In final : Model<T> {
    explicit In(const Bowl& options, const Roles<T>& of = Roles<T>())
        : size(options.size), roles(of) {}

    Layout layout() const override { return Layout(size); }

    T loss_and_gradient(std::uint64_t step, std::span<const T> w, std::span<T> gradient,
                        Batch = {}) override {
      Counter<T> forward(roles[Role::loss], step), backward(roles[Role::gradient], step);
      Counted<T> sum(T(0), forward);
      for (std::size_t i = 0; i < size; ++i) {
        const Counted<T> a(w[i], forward), n(number(i + 1), forward);
        sum = sum + n * (a * a);
        const Counted<T> b(w[i], backward), twice(number(2 * (i + 1)), backward);
        gradient[i] = (twice * b).value();
      }
      T loss = sum.value();
      roles[Role::loss].store({&loss, 1}, forward.next());
      roles[Role::gradient].store(gradient, backward.next());
      return loss;
    }

    void hessian_vector(std::span<const T>, std::span<const T> v, std::span<T> product) override {
      for (std::size_t i = 0; i < size; ++i) product[i] = number(2 * (i + 1)) * v[i];
    }

    static T number(std::size_t i) { return convert<T>(static_cast<double>(i)); }

    std::size_t size;
    Roles<T> roles;
  };
};
// end

}  // namespace own

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using own::Bowl, own::RootDecay, own::Signum;

template <class T>
T rounded(const char* number) {
  return convert<T>(hyper<T>(number));
}

template <class T>
T sign_of(const T& x) {
  return x < T(0) ? T(-1) : x > T(0) ? T(1) : x;
}

/// Signum in a plain loop, each quantity stored by `keep(role, value)`.
template <class T, class Keep>
struct SignumLoop {
  T b, c;
  Vector<T> m;
  Keep keep;

  void step(const T& lr, Vector<T>& w, const Vector<T>& g) {
    for (std::size_t i = 0; i < w.size(); ++i) {
      const T old = b * m[i];
      const T share = c * g[i];
      m[i] = keep(Role::first_moment, T(old + share));
      const T u = keep(Role::update, T(lr * sign_of(m[i])));
      w[i] = keep(Role::parameters, T(w[i] - u));
    }
  }
};

template <class T, class Keep>
SignumLoop<T, Keep> signum_loop(std::size_t size, Keep keep) {
  const T complement = convert<T>(HyperArithmetic<T>(1 - hyper<T>("0.9")));
  return {rounded<T>("0.9"), complement, Vector<T>(size, T(0)), keep};
}

template <class T>
const auto as_is = [](Role, const T& x) { return x; };

/// Each role of the rule or of the model in the format, in binary64.
RoleFormats all_in(const Format& format, bool every) {
  RoleFormats formats;
  for (const RoleInfo& info : role_list) formats[info.role] = RoleFormat{{format}, every};
  return formats;
}

/// The option texts of a struct, as a study file would have them, with one replaced.
template <class Struct>
Struct with(std::string_view option, const char* text) {
  return read_options<Struct>([&](std::string_view name) {
    for (const OptionInfo& info : describe_options<Struct>()) {
      if (info.name == name) return name == option ? text : info.default_text;
    }
    return std::string();
  });
}

template <class Struct>
std::vector<std::string> names_and_defaults() {
  std::vector<std::string> all;
  for (const OptionInfo& info : describe_options<Struct>()) {
    all.push_back(info.name + " = " + info.default_text);
    CHECK(!info.summary.empty());
    CHECK(!info.expected.empty());
    CHECK(info.holds(Decimal(info.default_text)));
    CHECK(info.holds(Decimal(info.example)));
  }
  return all;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a rule of one's own is its formula, to the bit", "[extension]",
                        TestedArithmetics) {
  using T = TestType;
  Signum::In<T> rule(Signum{.lr = "0.01"}, count);
  auto loop = signum_loop<T>(count, as_is<T>);
  Vector<T> w = start<T>(), expected = w;
  for (std::uint64_t t = 1; t <= 10; ++t) {
    rule.step(t, w, gradient<T>(t));
    loop.step(rounded<T>("0.01"), expected, gradient<T>(t));
    REQUIRE(w == expected);
  }
  const std::vector<State<T>> states = rule.states();
  REQUIRE(states.size() == 1);
  CHECK(states[0].name == "first_moment");
  CHECK(Vector<T>(states[0].values.begin(), states[0].values.end()) == loop.m);
}

TEMPLATE_LIST_TEST_CASE("a schedule of one's own is its formula, to the bit", "[extension]",
                        TestedArithmetics) {
  using W = HyperArithmetic<TestType>;
  using std::sqrt;
  const W lr(3), loss(0);
  W decay;
  if constexpr (is_native<W>) {
    decay = convert<W>(from_decimal<Dec50>("0.3"));
  } else {
    decay = from_decimal<W>("0.3");
  }
  RootDecay options;
  options.decay = "0.3";
  RootDecay::In<W> plain(options);
  options.warmup = 5;
  RootDecay::In<W> warm(options);
  for (std::uint64_t k = 0; k < 40; ++k) {
    const W grown = 1 + decay * W(k);
    const W expected = lr / sqrt(grown);
    CHECK(plain(k, lr, loss) == expected);
    CHECK(warm(k + 5, lr, loss) == expected);
  }
  CHECK(warm(4, lr, loss) < lr);
  CHECK(plain.state().empty());
}

TEMPLATE_LIST_TEST_CASE("a model of one's own is its formula, to the bit", "[extension]",
                        TestedArithmetics) {
  using T = TestType;
  const auto number = [](std::size_t i) { return convert<T>(static_cast<double>(i)); };
  Bowl::In<T> model(with<Bowl>("size", "33"));
  REQUIRE(model.parameters() == count);
  Vector<T> slope(count), product(count), x = start<T>(), v = gradient<T>(1);
  for (T& value : x) value = value / T(3);  // full significands, and a loss that e4m3 has
  const T loss = model.loss_and_gradient(0, x, slope);
  model.hessian_vector(x, v, product);
  T expected(0);
  for (std::size_t i = 0; i < count; ++i) {
    const T square = x[i] * x[i];
    const T part = number(i + 1) * square;
    expected = expected + part;
    CHECK(slope[i] == T(number(2 * (i + 1)) * x[i]));
    CHECK(product[i] == T(number(2 * (i + 1)) * v[i]));
  }
  CHECK(loss == expected);
}

TEMPLATE_LIST_TEST_CASE("a model, a rule and a schedule of one's own train together", "[extension]",
                        TestedArithmetics) {
  using T = TestType;
  using W = HyperArithmetic<T>;
  using std::sqrt;
  const Bowl bowl = with<Bowl>("size", "4");
  const auto signum = with<Signum>("lr", "0.1");
  const Roles<T> roles;
  Bowl::In<T> model(bowl, roles);
  Signum::In<T> rule(signum, model.layout(), roles);
  RootDecay::In<W> rate(RootDecay{});
  std::mt19937 unused;
  Vector<T> w =
      stored<T>(std::get<std::vector<Decimal>>(bowl.start(0, 0, unused)), roles[Role::parameters]);
  REQUIRE(w == Vector<T>(4, T(1)));

  auto loop = signum_loop<T>(4, as_is<T>);
  Vector<T> expected = w, slope(4), formula(4);
  T first(0), loss(0);
  for (std::uint64_t t = 0; t < 50; ++t) {
    loss = model.loss_and_gradient(t, w, slope);
    if (t == 0) first = loss;
    rule.set_rate(rate(t, hyper<T>("0.1"), convert<W>(loss)));
    rule.step(t + 1, w, slope);
    for (std::size_t i = 0; i < 4; ++i) {
      formula[i] = convert<T>(static_cast<double>(2 * (i + 1))) * expected[i];
    }
    loop.step(convert<T>(W(hyper<T>("0.1") / sqrt(W(t + 1)))), expected, formula);
    REQUIRE(w == expected);
  }
  CHECK(first == T(10));
  CHECK(loss < first);
}

TEST_CASE("formats of roles hold for a rule of one's own", "[extension]") {
  /// The parameters after ten updates, then the averages.
  const auto run_of = [](const RoleFormats& formats) {
    Signum::In<double> rule(Signum{.lr = "0.01"}, count, Roles<double>(formats));
    Vector<double> w = start<double>();
    advance<double>(rule, w, 1, 10);
    w.insert(w.end(), rule.m.begin(), rule.m.end());
    return w;
  };
  const Vector<double> plain = run_of({});
  // A double has more than twice a float's bits: rounding twice is rounding once.
  Signum::In<float> narrow(Signum{.lr = "0.01"}, count);
  Vector<float> narrow_w = start<float>();
  advance<float>(narrow, narrow_w, 1, 10);
  Vector<double> in_float(narrow_w.begin(), narrow_w.end());
  in_float.insert(in_float.end(), narrow.m.begin(), narrow.m.end());
  CHECK(in_float != plain);
  CHECK(run_of(all_in(own_format<float>(), true)) == in_float);

  // One role stored in six bits, the others binary64.
  const Format six = *find_format("p6", own_format<double>());
  const Rounder<double> rounder(Rounding{six});
  for (const Role role : {Role::first_moment, Role::update, Role::parameters}) {
    RoleFormats formats;
    formats[role] = RoleFormat{{six}};
    auto loop = signum_loop<double>(
        count, [&](Role kept, const double& x) { return kept == role ? rounder(x, Site{}) : x; });
    Vector<double> expected = start<double>();
    for (std::uint64_t t = 1; t <= 10; ++t) loop.step(0.01, expected, gradient<double>(t));
    expected.insert(expected.end(), loop.m.begin(), loop.m.end());
    INFO(role_list[static_cast<std::size_t>(role)].name);
    CHECK(run_of(formats) == expected);
    CHECK(expected != plain);
  }

  RoleFormats rounded_rate;
  rounded_rate[Role::hyperparameters] = RoleFormat{{six}};
  Signum::In<double> rule(Signum{.lr = "0.01"}, count, Roles<double>(rounded_rate));
  CHECK(rule.rate() == rounder(0.01, Site{}));
  CHECK(rule.b == rounder(0.9, Site{}));
}

TEST_CASE("formats of roles hold for a model of one's own", "[extension]") {
  const Bowl options = with<Bowl>("size", "33");
  Bowl::In<float> narrow(options);
  Bowl::In<double> pinned(options, Roles<double>(all_in(own_format<float>(), true)));
  Vector<float> narrow_slope(count);
  Vector<double> slope(count);
  Vector<float> x = start<float>();
  const float loss = narrow.loss_and_gradient(0, x, narrow_slope);
  CHECK(pinned.loss_and_gradient(0, start<double>(), slope) == static_cast<double>(loss));
  CHECK(slope == Vector<double>(narrow_slope.begin(), narrow_slope.end()));

  // 1 + 2 + 3 + 4 + 5 = 15; x = 1.1 gives 18.15 and slopes 2.2, 4.4, 6.6, 8.8, 11.
  RoleFormats formats;
  formats[Role::loss] = RoleFormat{{*find_format("p3", own_format<double>())}};
  formats[Role::gradient] = RoleFormat{{*find_format("p6", own_format<double>())}};
  Bowl::In<double> coarse(with<Bowl>("size", "5"), Roles<double>(formats));
  slope.resize(5);
  CHECK(coarse.loss_and_gradient(0, Vector<double>(5, 1.1), slope) == 20);
  CHECK(slope == Vector<double>{2.1875, 4.375, 6.625, 8.75, 11});
}

TEST_CASE("options of one's own are described and read as all others are", "[extension]") {
  using Texts = std::vector<std::string>;
  CHECK(names_and_defaults<Signum>() == Texts{"lr = 1e-3", "beta = 0.9"});
  CHECK(names_and_defaults<RootDecay>() == Texts{"decay = 1", "warmup = 0", "warmup_factor = 0.1"});
  CHECK(names_and_defaults<Bowl>() == Texts{"size = 10", "x = 1"});

  CHECK(with<Signum>("beta", "0.5").beta == "0.5");
  CHECK(with<Signum>("beta", "0.5").lr == "1e-3");
  CHECK(with<RootDecay>("warmup", "7").warmup == 7);
  CHECK(with<Bowl>("size", "3").size == 3);
  CHECK_FALSE(describe_options<Signum>()[1].holds("1"));
  CHECK_FALSE(describe_options<Bowl>()[0].holds("0"));
  const double parameters = with<Bowl>("size", "3").parameters({});
  CHECK(parameters == 3);
}
