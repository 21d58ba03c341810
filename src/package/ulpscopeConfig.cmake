# find_package(ulpscope): the target ulpscope::core, headers and a library.
# SPDX-License-Identifier: BSL-1.0
include(CMakeFindDependencyMacro)
find_dependency(Boost 1.81)
find_dependency(PkgConfig)
pkg_check_modules(libmd QUIET IMPORTED_TARGET libmd)
if(NOT libmd_FOUND)
  set(ulpscope_FOUND FALSE)
  set(ulpscope_NOT_FOUND_MESSAGE "there is no libmd (package libmd-dev), which computes SHA-256")
  return()
endif()
include("${CMAKE_CURRENT_LIST_DIR}/ulpscopeTargets.cmake")
