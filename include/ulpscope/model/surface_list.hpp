// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace ulpscope {

/// A function of x and y with its known answers.
struct SurfaceInfo {
  std::string_view name;
  std::string_view summary;
  std::string_view formula;           ///< as gnuplot writes it
  std::string_view start_x, start_y;  ///< decimal numbers
  double x_min, x_max, y_min, y_max;  ///< where it is drawn
  /// All of them, to the last digit of binary64; the value there is 0.
  std::array<std::pair<double, double>, 4> minimisers;
  std::size_t minimiser_count;
};

/// The one list of surfaces; surface.hpp has their formulas under the same names.
///
/// rosenbrock: H. H. Rosenbrock, doi 10.1093/comjnl/3.3.175, with his start. beale: E. M. L. Beale,
/// with the start of problem 5 of J. J. More, B. S. Garbow and K. E. Hillstrom, doi
/// 10.1145/355934.355936. himmelblau: D. M. Himmelblau, "Applied Nonlinear Programming", 1972.
/// booth and matyas (a long, straight valley): M. Jamil and X.-S. Yang, arXiv 1308.4008. saddle: a
/// saddle point at 0 between two minima, from a start beside the ridge. Starts without a source are
/// ours.
inline constexpr std::array surface_list{
    SurfaceInfo{"rosenbrock",
                "a bent valley: (1-x)^2 + 100 (y-x^2)^2",
                "(1 - x)**2 + 100 * (y - x**2)**2",
                "-1.2",
                "1",
                -2,
                2,
                -1,
                3,
                {{{1, 1}}},
                1},
    SurfaceInfo{"beale",
                "flat with steep corners: (1.5-x+xy)^2 + (2.25-x+xy^2)^2 + (2.625-x+xy^3)^2",
                "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2",
                "1",
                "1",
                -1,
                4.5,
                -1.5,
                1.5,
                {{{3, 0.5}}},
                1},
    SurfaceInfo{"himmelblau",
                "four minima: (x^2+y-11)^2 + (x+y^2-7)^2",
                "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
                "0",
                "0",
                -5,
                5,
                -5,
                5,
                {{{3, 2},
                  {-2.8051180869527448, 3.1313125182505730},
                  {-3.7793102533777469, -3.2831859912861694},
                  {3.5844283403304917, -1.8481265269644036}}},
                4},
    SurfaceInfo{"booth",
                "a bowl ten times as long as wide: (x+2y-7)^2 + (2x+y-5)^2",
                "(x + 2*y - 7)**2 + (2*x + y - 5)**2",
                "-4",
                "-3",
                -5,
                5,
                -4,
                6,
                {{{1, 3}}},
                1},
    SurfaceInfo{"saddle",
                "a saddle between two minima: x^2/2 + (y^2-1)^2/4",
                "x**2 / 2 + (y**2 - 1)**2 / 4",
                "1",
                "1e-3",
                -1.5,
                1.5,
                -1.5,
                1.5,
                {{{0, 1}, {0, -1}}},
                2},
    SurfaceInfo{"matyas",
                "a long valley: 0.26 (x^2+y^2) - 0.48 x y",
                "0.26 * (x**2 + y**2) - 0.48 * x * y",
                "8",
                "-4",
                -10,
                10,
                -10,
                10,
                {{{0, 0}}},
                1}};

constexpr const SurfaceInfo* find_surface(std::string_view name) {
  for (const SurfaceInfo& surface : surface_list) {
    if (surface.name == name) return &surface;
  }
  return nullptr;
}

}  // namespace ulpscope
