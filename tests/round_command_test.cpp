// SPDX-License-Identifier: BSL-1.0
// `ulpscope round` and `ulpscope list formats` from outside.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "catch.hpp"
#include "mpfr.hpp"
#include "program.hpp"
#include "ulpscope/format/philox.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// `round` with these arguments prints this and nothing else.
void shows(std::vector<std::string> arguments, const std::string& out,
           const std::string& input = "") {
  arguments.insert(arguments.begin(), "round");
  const Result result = program(arguments, input);
  INFO(arguments[1] << " " << arguments.back());
  CHECK(result.out == out);
  CHECK(result.err.empty());
  CHECK(result.code == 0);
}

/// `round` refuses this with a message of one line that begins and ends so.
void refused(std::vector<std::string> arguments, const std::string& begin, const std::string& end,
             const std::string& input = "", const std::string& out = "") {
  arguments.insert(arguments.begin(), "round");
  const Result result = program(arguments, input);
  INFO(result.err);
  CHECK(result.code == 2);
  CHECK(result.out == out);
  CHECK(result.err.rfind(begin, 0) == 0);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  REQUIRE(result.err.size() > end.size());
  CHECK(result.err.substr(result.err.size() - end.size() - 1) == end + "\n");
}

}  // namespace

TEST_CASE("round shows a value's neighbourhood", "[round]") {
  shows({"binary32", "0.1"},
        "value           0.1\nbinary32        1.00000001e-01\nhexadecimal     0x1.99999ap-4\n"
        "bits            0 01111011 10011001100110011001101\n"
        "ulp             0x1p-27\nrelative error  1.49e-08\nbelow           0x1.999998p-4\n"
        "above           0x1.99999cp-4\nclass           normal, rounded up\n");
  // The largest number of e4m3 is 448, beyond it is the NaN; the sign of what underflows stays.
  shows({"e4m3", "464", "464.1", "-1e-3"},
        "value           464\ne4m3            4.48e+02\nhexadecimal     0x1.cp+8\n"
        "bits            0 1111 110\nulp             0x1p+5\nrelative error  -3.45e-02\n"
        "below           0x1.ap+8\nabove           -\nclass           normal, rounded down\n\n"
        "value           464.1\ne4m3            nan\nhexadecimal     nan\n"
        "bits            0 1111 111\nulp             -\nrelative error  -\n"
        "below           -\nabove           -\nclass           NaN, overflowed\n\n"
        "value           -1e-3\ne4m3            -1.95e-03\nhexadecimal     -0x1p-9\n"
        "bits            1 0000 001\nulp             0x1p-9\nrelative error  -9.53e-01\n"
        "below           -0x1p-8\nabove           -0x0p+0\nclass           subnormal, rounded "
        "down\n");
  shows({"binary16", "inf"},
        "value           inf\nbinary16        inf\nhexadecimal     inf\n"
        "bits            0 11111 0000000000\nulp             -\nrelative error  0\n"
        "below           0x1.ffcp+15\nabove           -\nclass           infinity, exact\n");
  shows({"binary16", "--saturate", "-inf"},
        "value           -inf\nbinary16        -6.5504e+04\nhexadecimal     -0x1.ffcp+15\n"
        "bits            1 11110 1111111111\nulp             0x1p+5\nrelative error  -\n"
        "below           -\nabove           -0x1.ff8p+15\nclass           normal, overflowed\n");
  shows({"e2m1", "nan"},
        "value           nan\ne2m1            nan\nhexadecimal     nan\nbits            -\n"
        "ulp             -\nrelative error  -\nbelow           -\nabove           -\n"
        "class           NaN\n");
  shows({"wide24", "0"},
        "value           0\nwide24          0.00000000e+00\nhexadecimal     0x0p+0\n"
        "bits            -\nulp             -\nrelative error  0\n"
        "below           -0x1p-1073741824\nabove           0x1p-1073741824\n"
        "class           zero, exact\n");
}

TEST_CASE("round says how a value came out", "[round]") {
  const auto line = [](std::vector<std::string> arguments, const std::string& name) {
    arguments.insert(arguments.begin(), "round");
    std::istringstream lines(program(arguments).out);
    for (std::string text; std::getline(lines, text);) {
      if (text.rfind(name + " ", 0) == 0) return text.substr(16);
    }
    return std::string("no line");
  };
  CHECK(line({"binary16", "0.25"}, "class") == "normal, exact");
  CHECK(line({"binary16", "-0"}, "class") == "zero, exact");
  CHECK(line({"binary16", "6e-8"}, "class") == "subnormal, rounded down");
  CHECK(line({"binary16", "-6e-8"}, "class") == "subnormal, rounded up");
  CHECK(line({"binary16", "0x1p-24"}, "class") == "subnormal, exact");
  CHECK(line({"binary16", "2e-8"}, "class") == "zero, underflowed");
  CHECK(line({"binary16", "65519.99"}, "class") == "normal, rounded down");
  CHECK(line({"binary16", "65520"}, "class") == "infinity, overflowed");
  CHECK(line({"binary16", "65535", "--mode", "toward-zero"}, "class") == "normal, rounded down");
  CHECK(line({"binary16", "65536", "--mode", "toward-zero"}, "class") == "normal, overflowed");
  CHECK(line({"binary16", "-65505", "--mode", "up"}, "class") == "normal, rounded up");
  CHECK(line({"binary16", "-65505", "--mode", "down"}, "class") == "infinity, overflowed");
  CHECK(line({"binary16", "1e-7", "--subnormals", "flushed"}, "class") == "zero, underflowed");
  CHECK(line({"binary16", "4e-5", "--subnormals", "rounded"}, "class") == "normal, rounded up");
  CHECK(line({"binary16", "0x1p-14", "--subnormals", "rounded"}, "below") == "0x0p+0");
  CHECK(line({"binary16", "0x1p-14"}, "below") == "0x1.ff8p-15");
  CHECK(line({"e2m1", "7"}, "class") == "normal, overflowed");
  CHECK(line({"e4m3", "inf"}, "class") == "NaN, overflowed");
  CHECK(line({"binary32", "0"}, "below") == "-0x1p-149");
  CHECK(line({"binary32", "0"}, "ulp") == "0x1p-149");
  CHECK(line({"binary32", "1e39"}, "below") == "0x1.fffffep+127");
  CHECK(line({"binary32", "1e39"}, "relative error") == "inf");
  // A power of two has its neighbours at different distances.
  CHECK(line({"bfloat16", "1"}, "below") == "0x1.fep-1");
  CHECK(line({"bfloat16", "1"}, "above") == "0x1.02p+0");
  CHECK(line({"bfloat16", "1"}, "ulp") == "0x1p-7");
  CHECK(line({"x87", "1"}, "bits") == "0 011111111111111 1" + std::string(63, '0'));
  CHECK(line({"p11e5", "0.1"}, "bits") == "0 01011 1001100110");
  CHECK(line({"p11", "0.1"}, "bits") == "0 01111111011 1001100110");
  CHECK(line({"dec50", "0.1"}, "bits") == "-");
  CHECK(line({"p11e5", "0.1"}, "p11e5") == "9.9976e-02");
}

TEST_CASE("round is a filter of literals", "[round]") {
  shows({"binary32", "--hex", "-1e-45", "1e39", "0"}, "-0x1p-149\ninf\n0x0p+0\n");
  shows({"binary64", "--hex"}, "0x1.999999999999ap-4\n-0x1p-1\n", "0.1\n-0.5\n");
  shows({"binary32", "--hex", "--mode", "toward-zero", "0.1"}, "0x1.999998p-4\n");
  shows({"binary32", "-0", "--hex"}, "-0x0p+0\n");
  shows({"binary32", "--hex", "-inf", "-nan", "+Infinity", "-0x1p3", "-.5"},
        "-inf\nnan\ninf\n-0x1p+3\n-0x1p-1\n");
  shows({"bfloat16", "--hex"}, "0x1p+0\n0x1.8p+1\n0x1p+2\n", "1\r\n \t3 \n4");
  shows({"bfloat16", "--hex"}, "", "");
  shows({"dec50", "--hex", "0x1.00000000000000000000000000000001p-5000"},
        "0x1.00000000000000000000000000000001p-5000\n");
  shows({"e4m3", "--hex", "--saturate", "1e9", "inf"}, "0x1.cp+8\n0x1.cp+8\n");
  // Just above the middle between neighbours, which is the double nearest to it.
  shows({"bfloat16", "--hex", "1.00390625000000000000000000001", "1.00390625"},
        "0x1.02p+0\n0x1p+0\n");
}

TEST_CASE("round draws the words of its seed", "[round]") {
  std::vector<std::string> arguments{
      "bfloat16", "--mode", "stochastic", "--seed", "12345678901234567890", "--hex"};
  std::string input, expected;
  for (std::uint64_t k = 0; k < 500; ++k) {
    input += "1.001953125\n";  // a quarter of the way from 1 to the next number
    const bool up = random_word(12345678901234567890U, {k}) < 1U << 30U;
    expected += up ? "0x1.02p+0\n" : "0x1p+0\n";
  }
  CHECK(std::count(expected.begin(), expected.end(), '2') > 80);
  shows(arguments, expected, input);
  // Values on the command line count as lines do.
  arguments.insert(arguments.end(), 20, "1.001953125");
  std::size_t end = 0;
  for (int k = 0; k < 20; ++k) end = expected.find('\n', end) + 1;
  shows(arguments, expected.substr(0, end));
}

TEST_CASE("round takes a million values in seconds", "[round]") {
  std::string input, expected;
  std::mt19937_64 generator(29);
  const int count = trials(1000000);
  for (int k = 0; k < count; ++k) {
    const float x = std::ldexp(static_cast<float>(static_cast<std::int64_t>(generator()) >> 40),
                               static_cast<int>(generator() % 40) - 60);
    char buffer[64];
    const int size = std::snprintf(buffer, sizeof buffer, k % 2 ? "%.17g\n" : "%.9g\n", double{x});
    input.append(buffer, static_cast<std::size_t>(size));
  }
  const auto start = std::chrono::steady_clock::now();
  const Result result = program({"round", "binary32", "--hex"}, input);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  REQUIRE(result.code == 0);
  // What went in is what comes out: 9 digits are enough for a float.
  Mismatches mismatches;
  const char *in = input.c_str(), *out = result.out.c_str();
  for (int k = 0; k < count; ++k) {
    char *in_end = nullptr, *out_end = nullptr;
    const float from = std::strtof(in, &in_end), to = std::strtof(out, &out_end);
    mismatches.expect(from == to && *out_end == '\n',
                      [&] { return "line " + std::to_string(k + 1) + ": " + std::to_string(to); });
    in = in_end;
    out = out_end + 1;
  }
  CHECK(*out == '\0');
  CHECK_NONE(mismatches);
  if (!sanitized) CHECK(seconds.count() < 5);  // 0.2 s on an idle machine
}

TEST_CASE("round answers what has arrived", "[round]") {
  const TempFolder folder;
  const std::string command =
      "cd '" + folder.path().string() + "' && mkfifo in out && { '" + ULPSCOPE_PROGRAM +
      "' round binary32 --hex <in >out & exec 3>in 4<out; printf '0.5\\n0.' >&3; read a <&4; "
      "printf '25\\n' >&3; read b <&4; echo $a $b; exec 3>&-; wait; }";
  const Result result = run({"/usr/bin/timeout", "20", "/bin/sh", "-c", command});
  CHECK(result.code == 0);
  CHECK(result.out == "0x1p-1 0x1p-2\n");
}

TEST_CASE("round refuses what it cannot round", "[round]") {
  const std::string numbers = "; for example 0.1, 0x1.8p-3, inf or nan";
  // All values are read before the first is printed.
  CHECK(program({"round", "e4m3", "--hex", "1", "abc"}).out.empty());
  CHECK(program({"round", "e4m3", "--hex", "--", "-1", "2"}).out == "-0x1p+0\n0x1p+1\n");
  refused({"binary32", "ten"}, "round: \"ten\" is not a decimal number; expected a number",
          numbers);
  refused({"binary32", "1,5"}, "round: \"1,5\" ", "; did you mean \"1.5\"?" + numbers);
  refused({"binary32", "0.1f"}, "round: \"0.1f\" ", "; did you mean \"0.1\"?" + numbers);
  refused({"binary32", "0x1.8g"}, "round: \"0x1.8g\" is not a hexadecimal literal",
          "; did you mean \"0x1.8\"?" + numbers);
  refused({"binary64", "--hex"}, "standard input:2: \"x\" is not", numbers, "1\r\nx\n3\n",
          "0x1p+0\n");
  refused({"binary64"}, "standard input:1: \"\" is not", numbers, "\n");
  refused({"binary64", "--hex"}, "standard input:7: \"7e\" is not",
          "; did you mean \"7\"?" + numbers, "1\n2\n3\n4\n5\n6\n7e",
          "0x1p+0\n0x1p+1\n0x1.8p+1\n0x1p+2\n0x1.4p+2\n0x1.8p+2\n");

  const std::string formats =
      "; for example ulpscope round binary32 0.1 or ulpscope round p11e5 0.1";
  refused({"binary31", "1"}, "round: \"binary31\": unknown format; expected one of \"binary32\"",
          "; did you mean \"binary32\"?" + formats);
  for (const auto& [text, near] : {std::pair{"p0", "p1"},
                                   {"p11e99", "p11e30"},
                                   {"p11e1", "p11e2"},
                                   {"p999e5", "p335e5"},
                                   {"p11e99999999999999999999", "p11e30"},
                                   {"P11E5", "p11e5"},
                                   {"p-3", "p1"},
                                   {"p11f5", "p11"}}) {
    refused({text, "1"}, "round: \"" + std::string(text) + "\": unknown format; ",
            "; did you mean \"" + std::string(near) + "\"?" + formats);
  }
  refused({"p60", "1"}, "round: \"p60\": its carrier, binary64, has 53 significand bits",
          "; did you mean \"p60e15\"?; for example ulpscope round p53 0.1");

  refused({"binary32", "--mode", "nearest", "1"}, "round: \"nearest\": unknown mode; ",
          "; for example ulpscope round binary32 --mode up 0.1");
  refused({"binary32", "--mode", "upp", "1"}, "round: \"upp\": unknown mode; ",
          "; did you mean \"up\"?; for example ulpscope round binary32 --mode up 0.1");
  const std::string seeded = "; for example ulpscope round bfloat16 --mode stochastic --seed 1 0.1";
  refused({"bfloat16", "--mode", "stochastic", "1"}, "round: --mode stochastic: expected a --seed",
          seeded);
  refused({"bfloat16", "--seed", "1", "1"}, "round: --seed: expected together with", seeded);
  for (const char* seed : {"-1", "x", "1.5", "18446744073709551616"}) {
    refused({"bfloat16", "--mode", "stochastic", "--seed", seed, "1"},
            "round: --seed \"" + std::string(seed) + "\": expected a whole number", seeded);
  }
  refused({"binary16", "--subnormals", "flush", "1"},
          "round: \"flush\": unknown --subnormals; expected one of",
          "; did you mean \"flushed\"?; for example ulpscope round binary16 --subnormals flushed "
          "1e-7");
  refused({"binary16", "--sed", "1", "2"}, "round: \"--sed\": unknown option; expected one of",
          "; did you mean \"--seed\"?; for example ulpscope round binary32 --hex 0.1");
}

TEST_CASE("list formats shows every property", "[round]") {
  const Result result = program({"list", "formats"});
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    std::istringstream fields(line);
    rows.emplace_back();
    for (std::string field; fields >> field;) rows.back().push_back(field);
  }
  REQUIRE(rows.size() == formats().size() + 1);
  const auto has = [&](const std::vector<std::string>& row) {
    INFO(row[0]);
    CHECK(std::find(rows.begin(), rows.end(), row) != rows.end());
  };
  // name, p, emin, emax, largest, smallest, subnormals, infinity, NaN, what overflow gives
  has({"binary32", "24", "-126", "127", "3.403e+38", "1.401e-45", "kept", "yes", "yes",
       "infinity"});
  has({"binary64", "53", "-1022", "1023", "1.798e+308", "4.941e-324", "kept", "yes", "yes",
       "infinity"});
  has({"quad", "113", "-16382", "16383", "1.190e+4932", "3.362e-4932", "flushed", "yes", "yes",
       "infinity"});
  has({"wide24", "24", "-1073741824", "1073741823", "4.197e+323228496", "2.383e-323228497",
       "flushed", "yes", "yes", "infinity"});
  has({"binary16", "11", "-14", "15", "65504", "5.960e-08", "kept", "yes", "yes", "infinity"});
  has({"bfloat16", "8", "-126", "127", "3.390e+38", "9.184e-41", "kept", "yes", "yes", "infinity"});
  has({"tf32", "11", "-126", "127", "3.401e+38", "1.148e-41", "kept", "yes", "yes", "infinity"});
  has({"e5m2", "3", "-14", "15", "57344", "1.526e-05", "kept", "yes", "yes", "infinity"});
  has({"e4m3", "4", "-6", "8", "448", "1.953e-03", "kept", "no", "yes", "NaN"});
  has({"e3m2", "3", "-2", "4", "28", "0.0625", "kept", "no", "no", "the", "largest"});
  has({"e2m3", "4", "0", "2", "7.5", "0.125", "kept", "no", "no", "the", "largest"});
  has({"e2m1", "2", "0", "2", "6", "0.5", "kept", "no", "no", "the", "largest"});
  CHECK(result.out.find("\nFurther formats are spelled: p11e5 has 11") != std::string::npos);
}
