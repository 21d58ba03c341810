// SPDX-License-Identifier: BSL-1.0
// Roles in formats of their own: identities to the bit, and each remedy against its definition.
#include "arithmetics.hpp"
#include "catch.hpp"
#include "cells.hpp"
#include "mpfr.hpp"
#include "ulpscope/study/trained.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// A small case of 8 x 12 in which nothing is a power of two.
const std::string small = "[data]\nsamples = 7\nfeatures = 12\nseed = 3\n[rule]\nlr = 0.01\n";
const std::string decayed = small + "weight_decay = 0.03\n";
const std::string mean_loss = "[model]\nloss = \"mean-squared\"\n" + decayed + "amsgrad = true\n";
const std::string nesterov =
    "[data]\nsamples = 7\nfeatures = 12\nseed = 3\n[rule]\nkind = \"sgd\"\nlr = 0.001\nmomentum = "
    "0.9\nnesterov = true\nweight_decay = 0.03\nmaximize = false\n";
const std::string plain_sgd =
    "[data]\nsamples = 7\nfeatures = 12\nseed = 3\n[rule]\nkind = \"sgd\"\nlr = 0.001\n";

struct Trace {
  std::vector<std::string> losses, values;
  bool operator==(const Trace&) const = default;
};

/// Losses and all final values of a cell whose model computes in T, as literals.
template <class T>
Trace trace(const std::string& text, std::uint64_t steps = 150) {
  Training<T> training(cell_of(text));
  Trace all;
  for (std::uint64_t t = 1; t <= steps; ++t) {
    all.losses.push_back(hex_literal(training.loss(t - 1)));
    training.update(t);
  }
  training.rule().for_each_value([&](std::string_view, std::size_t, const std::string& value) {
    all.values.push_back(value);
  });
  return all;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a role stored in its arithmetic's own format changes nothing", "[role]",
                        TestedArithmetics) {
  using T = TestType;
  const std::string name(ArithmeticTraits<T>::name);
  const std::string arithmetic = "[precision]\narithmetic = \"" + name + "\"\n";
  const Trace plain = trace<T>(decayed + arithmetic, 40);
  CHECK(trace<T>(decayed + arithmetic + all_roles(name, false), 40) == plain);
  // Nor does rounding what is in the format already, after every operation or in another mode.
  CHECK(trace<T>(decayed + arithmetic + all_roles(name, true), 40) == plain);
  CHECK(
      trace<T>(decayed + arithmetic +
                   "second_moment = { mode = \"stochastic\", seed = 1 }\nupdate = { mode = \"up\" "
                   "}\nfirst_moment = { mode = \"odd\" }\n",
               40) == plain);
}

TEST_CASE("binary64 with all roles pinned to binary32 is binary32", "[role]") {
  for (const std::string& text : {small, decayed, mean_loss, nesterov, plain_sgd}) {
    INFO(text);
    const bool adam = text.find("sgd") == std::string::npos;
    const bool moments = adam || text.find("momentum") != std::string::npos;
    std::string pinned = all_roles("binary32", true, adam);
    if (!adam && moments)
      pinned += "first_moment = { format = \"binary32\", rounding = \"every\" }\n";
    const Trace narrow = trace<float>(text + "[precision]\narithmetic = \"binary32\"\n");
    CHECK(trace<double>(text + "[precision]\narithmetic = \"binary64\"\n" + pinned) == narrow);
  }
}

TEST_CASE("pinned low precision in binary32 and in binary64 is the soft arithmetic", "[role]") {
  const auto in = [](const std::string& arithmetic, const std::string& format) {
    return small + "[precision]\narithmetic = \"" + arithmetic + "\"\n" + all_roles(format, true);
  };
  CHECK(trace<float>(in("binary32", "bfloat16")) ==
        trace<BFloat16>(small + "[precision]\narithmetic = \"bfloat16\"\n"));
  CHECK(trace<double>(in("binary64", "bfloat16")) ==
        trace<BFloat16>(small + "[precision]\narithmetic = \"bfloat16\"\n"));
  CHECK(trace<double>(in("binary64", "binary16")) ==
        trace<Binary16>(small + "[precision]\narithmetic = \"binary16\"\n"));
  CHECK(trace<Quad>(in("quad", "e5m2")) ==
        trace<E5m2>(small + "[precision]\narithmetic = \"e5m2\"\n"));
}

TEST_CASE("a rule in dec100 with all roles pinned to binary32 is binary32's", "[role]") {
  for (const std::string& text : {small, mean_loss}) {
    const Trace plain = trace<float>(text + "[precision]\narithmetic = \"binary32\"\n", 60);
    CHECK(trace<float>(text +
                           "[precision]\narithmetic = \"binary32\"\nrule_arithmetic = "
                           "\"dec100\"\n" +
                           all_roles("binary32", true),
                       60) == plain);
    // Pinned by a role that is wider; here it is only named, and keeps binary32, too.
    const std::string named = trace<float>(text +
                                               "[precision]\narithmetic = \"binary32\"\n"
                                               "second_moment = \"dec100\"\n",
                                           60)
                                  .losses.back();
    CHECK(named != plain.losses.back());
  }
}

TEST_CASE("a second moment in a wider format leaves all else as narrow", "[role]") {
  // The wide second moment is exact to binary32: with it rounded when it is stored, and every
  // other role pinned, dec50 and dec100 give the same.
  const auto with = [](const std::string& format) {
    return trace<float>(small + "[precision]\narithmetic = \"binary32\"\nsecond_moment = \"" +
                        format + "\"\n")
        .losses;
  };
  CHECK(with("dec50") == with("dec100"));
  CHECK(with("dec50") != with("binary32"));
}

TEST_CASE("a fresh second moment divides before it is stored", "[role]") {
  const Adam options{.lr = "0.1", .beta1 = "0", .eps = "0"};
  RoleFormats formats;
  formats[Role::second_moment] = RoleFormat{{bfloat16_format}};
  std::vector<double> stored{1}, fresh{1}, plain{1}, unit{1};
  const std::vector<double> gradient{1.001};  // its square is no number of bfloat16
  Adam::In<double> storing(options, 1, Roles<double>(formats));
  formats[Role::second_moment]->fresh = true;
  Adam::In<double> refreshing(options, 1, Roles<double>(formats));
  Adam::In<double> exact(options, 1);
  storing.step(1, stored, gradient);
  refreshing.step(1, fresh, gradient);
  exact.step(1, plain, gradient);
  CHECK(fresh == plain);
  CHECK(stored != plain);
  // What is kept is the same, rounded.
  CHECK(storing.states()[1].values[0] == refreshing.states()[1].values[0]);
  CHECK(storing.states()[1].values[0] ==
        round_to_format(exact.states()[1].values[0], bfloat16_format));
}

TEST_CASE("encodings keep what they say of a second moment", "[role]") {
  std::vector<double> values;
  std::mt19937_64 generator(5);
  for (int i = 0; i < 600; ++i) {
    values.push_back(std::ldexp(1 + static_cast<double>(generator() >> 11U) * 0x1p-53,
                                -static_cast<int>(generator() % 40)));
  }
  values[7] = 0;
  const auto encoded = [&](const RoleFormat& format) {
    std::vector<double> all = values;
    encode(std::span<double>(all), format, Rounder<double>(format.rounding), Site{});
    return all;
  };
  const RoleFormat root{{{11, -1022, 1023}}, false, false, Encoding::sqrt};
  const RoleFormat log{{{11, -1022, 1023}}, false, false, Encoding::log2};
  const std::vector<double> by_root = encoded(root), by_log = encoded(log);
  Mismatches mismatches;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double s = round_to_format(std::sqrt(values[i]), root.rounding.format);
    mismatches.expect(by_root[i] == s * s, [&] { return hex_literal(values[i]); });
    // The logarithm is below 40 and has 11 bits: an absolute error of at most 2^(5 - 11).
    const double ratio = values[i] == 0 ? 1 + by_log[i] : by_log[i] / values[i];
    mismatches.expect(
        ratio <= std::exp2(0x1p-6) * (1 + 0x1p-48) && ratio >= std::exp2(-0x1p-6) * (1 - 0x1p-48),
        [&] { return "log " + hex_literal(values[i]); });
  }
  CHECK_NONE(mismatches);
  // A power of two has a whole logarithm.
  std::vector<double> power{0x1p-30};
  encode(std::span<double>(power), log, Rounder<double>(log.rounding), Site{});
  CHECK(power[0] == 0x1p-30);
}

TEST_CASE("block8 has its 256 codes and scales blocks by their largest", "[role]") {
  const auto& codes = block8_codes();
  CHECK(std::is_sorted(codes.begin(), codes.end()));
  CHECK(std::adjacent_find(codes.begin(), codes.end()) == codes.end());
  CHECK(codes.front() == 0);
  CHECK(codes.back() == 1);
  CHECK(codes[1] == 3.25e-7);  // 0.1 + 0.9/4 of 10^-6
  CHECK(codes[2] == 7.75e-7);
  CHECK(codes[254] == 0.1 + 0.9 * 127.5 / 128);
  const RoleFormat format{{{53, -1022, 1023}}, false, false, Encoding::block8};
  std::vector<double> values(300);
  std::mt19937 generator(2);
  for (double& v : values) v = std::ldexp(uniform(generator), -static_cast<int>(generator() % 30));
  values[5] = 8;
  std::vector<double> kept = values;
  encode(std::span<double>(kept), format, Rounder<double>(format.rounding), Site{});
  const double last = *std::max_element(values.begin() + block8_size, values.end());
  Mismatches mismatches;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double scale = i < block8_size ? 8 : last;
    double best = codes[0];
    for (const double code : codes) {
      if (std::abs(code - values[i] / scale) < std::abs(best - values[i] / scale)) best = code;
    }
    mismatches.expect(kept[i] == scale * best, [&] { return hex_literal(values[i]); });
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("Kahan's compensation keeps what updates lose in bfloat16", "[role]") {
  // 1000 updates of 2^-12 from 1: below half an ulp, which is 2^-8.
  const Sgd options{.lr = "1"};
  RoleFormats formats;
  formats[Role::parameters] = RoleFormat{{bfloat16_format}};
  std::vector<float> plain{1}, kept{1};
  const std::vector<float> gradient{-0x1p-12F};
  Sgd::In<float> losing(options, 1, Roles<float>(formats));
  formats[Role::parameters]->compensated = true;
  Sgd::In<float> compensated(options, 1, Roles<float>(formats));
  for (std::uint64_t t = 1; t <= 1000; ++t) {
    losing.step(t, plain, gradient);
    compensated.step(t, kept, gradient);
  }
  CHECK(plain[0] == 1);
  CHECK(std::abs(kept[0] - (1 + 1000 * 0x1p-12F)) <= 0x1p-8F);
  CHECK(compensated.states().back().name == "compensation");
}

TEST_CASE("eps enters a denominator as the policy says", "[role]") {
  const Adam options{.lr = "0.5", .beta1 = "0", .beta2 = "0.75", .eps = "0.25"};
  const auto moved = [&](EpsPolicy policy, double gradient) {
    RoleFormats formats;
    formats.eps_policy = policy;
    Adam::In<double> rule(options, 1, Roles<double>(formats));
    std::vector<double> w{0};
    rule.step(1, w, std::vector<double>{gradient});
    return -w[0];
  };
  // After one step sqrt(v) / sqrt(1 - beta2) is |g|, exactly where g and beta2 are such numbers.
  CHECK(moved(EpsPolicy::as_is, 2) == 0.5 * (2 / 2.25));
  CHECK(moved(EpsPolicy::floor, 2) == 0.5 * (2 / 2.25));
  CHECK(moved(EpsPolicy::inside, 2) == 0.5 * (2 / std::sqrt(4.25)));
  CHECK(moved(EpsPolicy::max, 2) == 0.5);
  CHECK(moved(EpsPolicy::max, 0.125) == 0.25);
  for (const EpsPolicyName& row : eps_policies) CHECK(moved(row.policy, 0) == 0);
}

TEST_CASE("eps vanishes in binary16 as it is, and not by the other policies", "[role]") {
  const auto moved = [&](EpsPolicy policy) {
    RoleFormats formats;
    formats.eps_policy = policy;
    for (const Role role : {Role::hyperparameters, Role::update, Role::second_moment}) {
      formats[role] = RoleFormat{{binary16_format}, true};
    }
    Adam::In<float> rule(Adam{}, 1, Roles<float>(formats));
    std::vector<float> w{0};
    rule.step(1, w, std::vector<float>{0});
    return w[0];
  };
  CHECK(std::isnan(moved(EpsPolicy::as_is)));  // 0 / (0 + 0)
  CHECK(std::isnan(moved(EpsPolicy::inside)));
  CHECK(std::isnan(moved(EpsPolicy::max)));
  CHECK(moved(EpsPolicy::floor) == 0);
  CHECK(moved(EpsPolicy::wide_denominator) == 0);
  const Roles<float> roles = [] {
    RoleFormats formats;
    formats.eps_policy = EpsPolicy::floor;
    formats[Role::hyperparameters] = RoleFormat{{binary16_format}};
    return Roles<float>(formats);
  }();
  CHECK(roles.eps("1e-8") == 0x1p-14F);
  CHECK(roles.eps("0.5") == 0.5F);
}

TEST_CASE("hyper-parameters are rounded once, from their decimals", "[role]") {
  RoleFormats formats;
  formats[Role::hyperparameters] = RoleFormat{{binary16_format}};
  const Roles<double> roles(formats);
  CHECK(roles.hyper("0.999") == 0.9990234375);
  CHECK(roles.hyper("0.9999") == 1);
  CHECK(roles.hyper("1e-8") == 0);
  CHECK(roles.complement("0.9999") == round_to_format(1e-4, binary16_format));
  // Half-way between two numbers of the format but for a digit that binary64 does not have.
  CHECK(roles.hyper("1.00048828125") == 1);
  CHECK(roles.hyper("1.00048828125000000000000000000001") == 1.0009765625);
}

TEST_CASE("data are rounded once from binary32, in narrow arithmetics, too", "[role]") {
  RoleFormats formats;
  formats[Role::data] = RoleFormat{{e4m3_format}};
  // To binary16 first, and to even there, it would become a tie that goes to 1.25.
  const float x = std::nextafter(1.1875F, 1.0F);
  const std::vector<float> values{x};
  CHECK(stored<Binary16>(values, Roles<Binary16>(formats)[Role::data])[0] == Binary16(1.125));
  CHECK(stored<double>(values, Roles<double>(formats)[Role::data])[0] == 1.125);
}
