// SPDX-License-Identifier: BSL-1.0
#pragma once

// Functions instead of macros: the macros take no class in place of mpfr_t.
#define MPFR_USE_NO_MACRO
#include <algorithm>
#include <cstddef>
#include <mpfr.h>
#include <string>

#include "sanitized.hpp"
#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope::test {

/// Counts mismatches in long loops, where a CHECK each would cost more than the work, and keeps
/// the first one's text.
class Mismatches {
 public:
  template <class Describe>
  void expect(bool holds, Describe&& describe) {
    ++checked_;
    if (holds) return;
    if (count_++ == 0) first_ = describe();
  }
  std::size_t count() const { return count_; }
  std::size_t checked() const { return checked_; }
  std::string report() const {
    return std::to_string(count_) + " of " + std::to_string(checked_) + " wrong, first " + first_;
  }

 private:
  std::size_t count_ = 0, checked_ = 0;
  std::string first_;
};

#define CHECK_NONE(mismatches)         \
  do {                                 \
    INFO((mismatches).report());       \
    CHECK((mismatches).checked() > 0); \
    CHECK((mismatches).count() == 0);  \
  } while (false)

/// An MPFR number; converts to what MPFR's functions take.
class Mpfr {
 public:
  explicit Mpfr(int precision) { mpfr_init2(value_, precision); }
  Mpfr(const Mpfr& other) : Mpfr(static_cast<int>(mpfr_get_prec(other.value_))) {
    mpfr_set(value_, other.value_, MPFR_RNDN);
  }
  Mpfr& operator=(const Mpfr& other) {
    if (this == &other) return *this;
    mpfr_set_prec(value_, mpfr_get_prec(other.value_));
    mpfr_set(value_, other.value_, MPFR_RNDN);
    return *this;
  }
  ~Mpfr() { mpfr_clear(value_); }

  operator mpfr_ptr() { return value_; }           // NOLINT(google-explicit-constructor)
  operator mpfr_srcptr() const { return value_; }  // NOLINT(google-explicit-constructor)

  std::string text() const {
    char* buffer = nullptr;
    mpfr_asprintf(&buffer, "%Ra", value_);
    std::string all = buffer;
    mpfr_free_str(buffer);
    return all;
  }

 private:
  mpfr_t value_;
};

/// Reference formulas: each operation at the precision of its wider operand.
inline int precision(const Mpfr& a) { return static_cast<int>(mpfr_get_prec(a)); }
inline Mpfr combine(int (*operation)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t), const Mpfr& a,
                    const Mpfr& b) {
  Mpfr result(std::max(precision(a), precision(b)));
  operation(result, a, b, MPFR_RNDN);
  return result;
}
inline Mpfr operator+(const Mpfr& a, const Mpfr& b) { return combine(mpfr_add, a, b); }
inline Mpfr operator-(const Mpfr& a, const Mpfr& b) { return combine(mpfr_sub, a, b); }
inline Mpfr operator*(const Mpfr& a, const Mpfr& b) { return combine(mpfr_mul, a, b); }
inline Mpfr operator/(const Mpfr& a, const Mpfr& b) { return combine(mpfr_div, a, b); }
inline Mpfr sqrt(const Mpfr& a) {
  Mpfr result(precision(a));
  mpfr_sqrt(result, a, MPFR_RNDN);
  return result;
}
inline Mpfr abs(const Mpfr& a) {
  Mpfr result(precision(a));
  mpfr_abs(result, a, MPFR_RNDN);
  return result;
}

/// A decimal or hexadecimal text, rounded to nearest even.
inline Mpfr parse(const std::string& text, int p, int base = 10) {
  Mpfr result(p);
  mpfr_set_str(result, text.c_str(), base, MPFR_RNDN);
  return result;
}

/// Room for every exponent of every arithmetic.
inline const bool widest_exponents =
    mpfr_set_emin(mpfr_get_emin_min()) == 0 && mpfr_set_emax(mpfr_get_emax_max()) == 0;

/// x itself, at T's precision; from the bits where no function of MPFR takes a T.
template <class T>
Mpfr exact(const T& x) {
  Mpfr result(significand_bits<T>);
  if constexpr (std::is_same_v<T, float>) {
    mpfr_set_flt(result, x, MPFR_RNDN);
  } else if constexpr (std::is_same_v<T, double>) {
    mpfr_set_d(result, x, MPFR_RNDN);
  } else if constexpr (std::is_same_v<T, long double>) {
    mpfr_set_ld(result, x, MPFR_RNDN);
  } else if constexpr (is_soft<T>) {
    mpfr_set_flt(result, static_cast<float>(x), MPFR_RNDN);
  } else {
    using Backend = std::remove_cvref_t<decltype(x.backend())>;
    const Backend& backend = x.backend();
    const int sign = backend.sign() ? -1 : 1;
    switch (backend.exponent()) {
      case Backend::exponent_zero: mpfr_set_zero(result, sign); break;
      case Backend::exponent_infinity: mpfr_set_inf(result, sign); break;
      case Backend::exponent_nan: mpfr_set_nan(result); break;
      default: {
        const auto& bits = backend.bits();
        mpz_t significand;
        mpz_init(significand);
        mpz_import(significand, bits.size(), -1, sizeof(*bits.limbs()), 0, 0, bits.limbs());
        mpfr_set_z_2exp(result, significand, backend.exponent() - (significand_bits<T> - 1),
                        MPFR_RNDN);
        if (backend.sign()) mpfr_neg(result, result, MPFR_RNDN);
        mpz_clear(significand);
      }
    }
  }
  return result;
}

/// Equal, the sign of zero included; a NaN is the same as any other.
inline bool same(const Mpfr& a, const Mpfr& b) {
  if (mpfr_nan_p(a) || mpfr_nan_p(b)) return mpfr_nan_p(a) && mpfr_nan_p(b);
  return mpfr_equal_p(a, b) && !mpfr_signbit(a) == !mpfr_signbit(b);
}

/// |a - b| <= bound.
inline bool within(const Mpfr& a, const Mpfr& b, const Mpfr& bound) {
  Mpfr difference(64);  // away from zero: never smaller than the true difference
  mpfr_sub(difference, a, b, MPFR_RNDA);
  mpfr_abs(difference, difference, MPFR_RNDU);
  return mpfr_lessequal_p(difference, bound);
}

/// MPFR's exponents limited to those of a format while this lives; its leading bit counts from
/// 1/2, so its exponents are one more than IEEE 754's. `subnormals`: the last bit of the smallest.
class ExponentRange {
 public:
  ExponentRange(mpfr_exp_t emin, mpfr_exp_t emax, int p, bool subnormals)
      : emin_(mpfr_get_emin()), emax_(mpfr_get_emax()) {
    mpfr_set_emin(emin + 1 - (subnormals ? p - 1 : 0));
    mpfr_set_emax(emax + 1);
  }
  ExponentRange(const ExponentRange&) = delete;
  ExponentRange& operator=(const ExponentRange&) = delete;
  ~ExponentRange() {
    mpfr_set_emin(emin_);
    mpfr_set_emax(emax_);
  }

 private:
  mpfr_exp_t emin_, emax_;
};

}  // namespace ulpscope::test
