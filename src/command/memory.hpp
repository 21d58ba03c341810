// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string_view>

namespace ulpscope {

/// Bytes that this process may have: the machine's, or fewer by its control groups, as in a
/// container or a batch job, or by its limit of addresses (ulimit -v).
double usable_memory();

/// Bytes that a process may have by its control groups, infinite where none has a limit. `groups`
/// is its /proc/<pid>/cgroup, `mounted` where the hierarchies are, /sys/fs/cgroup. The limit of a
/// group is also that of the groups in it. What cannot be seen from a container limits nothing
/// here. Linux's Documentation/admin-guide: cgroup-v2.rst (memory.max), cgroup-v1/memory.rst
/// (memory.limit_in_bytes).
double group_memory(std::string_view groups, const std::filesystem::path& mounted);

}  // namespace ulpscope
