// SPDX-License-Identifier: BSL-1.0
#include "remedies.hpp"

#include <algorithm>

#include "ulpscope/format/format.hpp"

namespace ulpscope::hazard {
namespace {

/// The role whose format decides a hazard.
RoleFormat& deciding(Situation& s, std::string_view hazard) {
  if (hazard == "update-lost") return s.w;
  if (hazard == "update-vanishes") return s.u;
  if (hazard.ends_with("-vanishes") || hazard == "beta2-is-one") return s.hyper;
  return s.v;
}

std::string role_name(std::string_view hazard) {
  if (hazard == "update-lost") return "parameters";
  if (hazard == "update-vanishes") return "update";
  if (hazard.ends_with("-vanishes") || hazard == "beta2-is-one") return "hyperparameters";
  return "second_moment";
}

/// The arithmetic becomes one that has the role's format.
void widen(Situation& s, const Format& format) {
  s.arithmetic.p = std::max(s.arithmetic.p, format.p);
  s.arithmetic.emin = std::min(s.arithmetic.emin, format.emin);
  s.arithmetic.emax = std::max(s.arithmetic.emax, format.emax);
}

}  // namespace

std::vector<std::string> remedies(const Situation& base, std::string_view hazard,
                                  const std::function<bool(const Situation&)>& present) {
  std::vector<std::string> all;
  const auto cures = [&](const std::function<void(Situation&)>& change) {
    Situation s = base;
    change(s);
    round_hyperparameters(s);
    return !present(s);
  };
  const std::string role = role_name(hazard);
  const bool of_v = role == "second_moment";
  if ((hazard == "v-stalls" || hazard == "update-lost") &&
      cures([&](Situation& s) { deciding(s, hazard).rounding.mode = Mode::stochastic; })) {
    all.push_back(role + ".mode = \"stochastic\"");
  }
  if (of_v && base.v.encoding == Encoding::linear &&
      cures([](Situation& s) { s.v.encoding = Encoding::sqrt; })) {
    all.emplace_back("second_moment.encoding = \"sqrt\"");
  }
  if (of_v && base.v.encoding != Encoding::linear &&
      cures([](Situation& s) { s.v.encoding = Encoding::linear; })) {
    all.emplace_back("second_moment.encoding = \"linear\"");
  }
  if (hazard == "update-lost" && cures([](Situation& s) { s.w.compensated = true; })) {
    all.emplace_back("parameters.compensation = \"kahan\"");
  }
  if (hazard == "eps-vanishes" && cures([](Situation& s) { s.policy = EpsPolicy::floor; })) {
    all.emplace_back("eps_policy = \"floor\"");
  }
  if (hazard == "step-unstable" && (base.rule == "adam" || base.rule == "adamw")) {
    all.emplace_back("rule.amsgrad = true");
  }
  // The least p, and what more exponents would do.
  Situation copy = base;
  const Format now = deciding(copy, hazard).rounding.format;
  for (int p = now.p + 1; p <= widest_significand; ++p) {
    if (cures([&](Situation& s) {
          Format& format = deciding(s, hazard).rounding.format;
          format.p = p;
          widen(s, format);
        })) {
      all.push_back(role + ".p = " + std::to_string(p));
      break;
    }
    if (p == now.p + 1 && hazard != "v-stalls" && !cures([&](Situation& s) {
          Format& format = deciding(s, hazard).rounding.format;
          format.p = widest_significand;
          widen(s, format);
        })) {
      break;  // no p does
    }
  }
  const std::vector<const char*> wider{"binary16", "bfloat16", "binary32", "binary64", "x87"};
  for (const char* other : wider) {
    const auto format = find_format(other, now);
    if (!format || holds(now, *format)) continue;
    if (cures([&](Situation& s) {
          deciding(s, hazard).rounding.format = *format;
          widen(s, *format);
        })) {
      all.push_back(role + " = \"" + other + "\"");
      break;
    }
  }
  return all;
}

}  // namespace ulpscope::hazard
