// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>

#include "commands.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// A study with the folder that its results go to.
struct OpenedStudy {
  Study study;  ///< with tables and figures, its own or those that a study without any gets
  Plan plan;
  std::filesystem::path folder;  ///< there, and can be written
};

/// Checks all that can be wrong before a cell runs, in so many bytes of memory. Throws InputError.
OpenedStudy open_study(const RunOptions& options, double memory);

/// Throws InputError where a newer release wrote the folder's results: it may mean something else
/// by them.
void require_release(const std::filesystem::path& folder);

/// The study of a results folder; throws as require_release does.
Study read_results(const std::string& folder);

/// Refuses a plan whose summary would drop results that stand nowhere else. Throws InputError.
void require_kept(const std::filesystem::path& folder, const Plan& plan);

/// Says which cells are damaged, and what comes of that.
void say_damaged(const std::filesystem::path& folder, const Summary& summary,
                 const std::string& consequence);

/// Writes the study and its summary as they are while cells are run.
void write_records(const std::filesystem::path& folder, const Study& study, const Plan& plan,
                   const Summary& summary);

}  // namespace ulpscope
