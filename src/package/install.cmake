# What `cmake --install` and `cpack` put where.
# SPDX-License-Identifier: BSL-1.0
install(TARGETS ulpscope)
install(DIRECTORY studies DESTINATION "${CMAKE_INSTALL_DATADIR}/ulpscope")
install(FILES README.md CHANGELOG.md src/package/copyright DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# For other programs, the numeric core alone: no headers of studies, their results and reports.
install(TARGETS ulpscope_core ulpscope_headers EXPORT ulpscopeTargets)
foreach(noun format kernel rule schedule model data probe)
  install(DIRECTORY "include/ulpscope/${noun}"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/ulpscope")
endforeach()
set(config "${CMAKE_INSTALL_LIBDIR}/cmake/ulpscope")
include(CMakePackageConfigHelpers)
# Before 1.0 a minor release may change what programs include.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ulpscopeConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES src/package/ulpscopeConfig.cmake "${PROJECT_BINARY_DIR}/ulpscopeConfigVersion.cmake"
  DESTINATION "${config}")
install(EXPORT ulpscopeTargets NAMESPACE ulpscope:: DESTINATION "${config}")

# One package: the headers and the library are smaller than the program.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "ulpscope developers")
set(CPACK_PACKAGE_CONTACT "ulpscope developers <developers@ulpscope.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "what finite precision does to a gradient optimizer")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"ulpscope trains small models in many arithmetics, from 8 bits to 100 decimal
digits, every operation correctly rounded and every run reproducible to the
bit, changes the number format of one quantity at a time, and turns the runs
into tables and figures.

The rules, models and number formats can be used in other C++ programs, by
the headers and the CMake package ulpscope: these need Boost 1.81 and libmd.")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox | gnuplot")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS
  "cmake, libboost1.81-dev | libboost-dev (>= 1.81), libmd-dev, pkg-config")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)
