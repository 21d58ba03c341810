# Writes a C++ file that holds the contents of files as string views:
#   cmake -DOUT=FILE.cpp "-DFILES=name=path;name=path" -P embed.cmake
# A name without a path stands for an empty text.
# SPDX-License-Identifier: BSL-1.0
set(text "// SPDX-License-Identifier: BSL-1.0\n#include \"report/page_files.hpp\"\n\nnamespace ulpscope {\n")
foreach(entry IN LISTS FILES)
  string(REGEX MATCH "^([a-z_]+)=(.*)$" found "${entry}")
  set(name "${CMAKE_MATCH_1}")
  set(path "${CMAKE_MATCH_2}")
  if(path STREQUAL "")
    string(APPEND text "const std::string_view ${name};\n")
    continue()
  endif()
  file(READ "${path}" bytes HEX)
  # Numbers of signed char: a byte from 80 on would narrow.
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND text "static constexpr char ${name}_bytes[] = {${bytes}};\n"
    "const std::string_view ${name}(${name}_bytes, sizeof ${name}_bytes);\n")
endforeach()
file(WRITE "${OUT}" "${text}}  // namespace ulpscope\n")
