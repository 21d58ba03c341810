// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "read_report.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

namespace fs = std::filesystem;

namespace {

/// Tables of a study file that hold something other than keys of a cell.
const std::vector<std::string> other_tables{"sweep", "isolate", "table", "figure"};

std::string text(const Document& document, const std::string& key, const toml::node& node,
                 const std::string& example) {
  if (node.is_string()) return **node.as_string();
  throw InputError(document.place(node), key, "expected a text, for example " + example);
}

void read_section(const Document& document, const std::string& name, const toml::node& node,
                  Study& study) {
  if (!node.is_table()) {
    throw InputError(document.place(node), name, "expected a table, written [" + name + "]");
  }
  for (const auto& [key, at] : in_order(*node.as_table())) {
    const toml::node& value = *at;
    const std::string full = concatenated({name, ".", key});
    if (full == "study.name") {
      study.name = text(document, full, value, "name = \"founding\"");
    } else if (full == "study.title") {
      study.title = text(document, full, value, "title = \"The founding case\"");
    } else {
      require_known(document.place(value), full);
      study.base.push_back({full, document.value(full, value)});
    }
  }
}

void read_isolate(const Document& document, const toml::node& node, Study& study) {
  if (!node.is_table()) {
    throw InputError(document.place(node), "isolate", "expected a table, written [isolate]");
  }
  study.isolate.emplace().place = document.place(node);
  for (const auto& [key, at] : in_order(*node.as_table())) {
    read_isolate_key(document, key, *at, study);
  }
}

/// [[transform]]: the tables in order are the keys transform.1, transform.2, ...
void read_transforms(const Document& document, const toml::node& node, Study& study) {
  std::size_t number = 0;
  for_each_table(document, "transform", node, [&](const toml::table& table) {
    const std::string key = "transform." + std::to_string(++number);
    if (!find_option(key)) {
      throw InputError(document.place(table), "transform",
                       "expected at most " + std::to_string(number - 1) + " transforms");
    }
    study.base.push_back({key, document.value(key, table)});
  });
}

/// Names become files and folders.
void require_file_name(const Place& place, const std::string& key, const std::string& name) {
  const bool fine = !name.empty() && name.size() <= 100 && name.front() != '.' &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                    });
  if (!fine) {
    throw InputError(place, key,
                     "\"" + name +
                         "\": expected letters, digits, '-', '_' and '.', as it names "
                         "files; for example \"precision-sweep\"");
  }
}

template <class Spec>
void require_distinct_names(const std::vector<Spec>& specs, const std::string& key) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    require_file_name(specs[i].place, key, specs[i].name);
    for (std::size_t j = 0; j < i; ++j) {
      if (specs[i].name == specs[j].name) {
        throw InputError(specs[i].place, key, "\"" + specs[i].name + "\" is there twice");
      }
    }
  }
}

/// False where that cannot be told, as for a name that is too long.
bool is_there(const fs::path& path) {
  std::error_code unknown;
  return fs::exists(path, unknown);
}

/// A relative path is looked for beside the study file, then in the working directory, then from
/// the folders that the study file is in: a cell's description names it from the results' folder.
std::string data_path(const std::string& study_file, const std::string& name) {
  fs::path folder = fs::path(study_file).parent_path();
  if (is_there(folder / name)) return (folder / name).string();
  if (is_there(name)) return name;
  for (folder = fs::absolute(study_file).parent_path(); folder.has_relative_path();) {
    folder = folder.parent_path();
    if (is_there(folder / name)) return (folder / name).string();
  }
  return name;
}

/// A study file's bytes. Throws InputError.
std::string source_of(const std::string& file) {
  constexpr std::size_t most = std::size_t{1} << 28U;  // more comes of a device that has no end
  std::ifstream stream(file, std::ios::binary);
  std::error_code unknown;
  const bool open = stream.is_open() && !fs::is_directory(file, unknown);
  std::string source;
  std::vector<char> piece(std::size_t{1} << 16U);
  while (open && source.size() <= most && stream) {
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    source.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (!open || stream.bad() || source.size() > most) {
    throw InputError(
        {file, 0}, "",
        std::string(source.size() > most ? "has more than 256 MiB" : "cannot be read") +
            "; expected a study file, for example studies/founding.toml");
  }
  return source;
}

/// Calls with every value that names a data file.
template <class F>
void for_each_data_file(Study& study, F&& f) {
  const auto visit = [&](const std::string& key, Value& value) {
    if (key == key::data_file) f(value);
  };
  for (Assignment& entry : study.base) visit(entry.key, entry.value);
  for (Axis& axis : study.axes) {
    for (Value& value : axis.values) visit(axis.key, value);
  }
  for (auto& cell : study.cells) {
    for (Assignment& entry : cell) visit(entry.key, entry.value);
  }
}

}  // namespace

void name_data_files_from(const fs::path& folder, Study& study) {
  for_each_data_file(study, [&](Value& value) {
    if (fs::path(value.text).is_absolute() || !is_there(value.path)) return;
    // Absolute first: a folder that is not there yet would stay relative.
    std::error_code no_folder;  // which is refused later
    const fs::path from = fs::weakly_canonical(fs::absolute(folder), no_folder);
    if (no_folder) return;
    value.text = fs::weakly_canonical(fs::absolute(value.path)).lexically_relative(from).string();
  });
  for (Axis& axis : study.axes) {
    if (axis.key == key::data_file) axis.range.clear();  // its texts have been changed
  }
}

Study read_study(const std::string& file, const std::vector<std::string>& sets) {
  const Document document(file, source_of(file));
  Study study;
  study.file = file;

  std::vector<std::string> tables = other_tables;
  for (const Section& section : sections()) tables.push_back(section.name);
  for (const auto& [name, at] : in_order(document.root())) {
    const toml::node& node = *at;
    if (name == "sweep") {
      read_sweep(document, node, study);
    } else if (name == "isolate") {
      read_isolate(document, node, study);
    } else if (name == "table") {
      for_each_table(document, name, node, [&](const toml::table& table) {
        study.tables.push_back(read_table_spec(document, table, study.tables.size() + 1));
      });
    } else if (name == "figure") {
      for_each_table(document, name, node, [&](const toml::table& table) {
        study.figures.push_back(read_figure_spec(document, table, study.figures.size() + 1));
      });
    } else if (name == "transform" && node.is_array()) {
      read_transforms(document, node, study);
    } else if (std::find(tables.begin(), tables.end(), name) != tables.end()) {
      read_section(document, name, node, study);
    } else {
      throw InputError(document.place(node), name,
                       "unknown table" + suggestion(name, tables) + "; for example [rule]");
    }
  }
  for (const std::string& set : sets) apply_set(set, study);
  if (study.isolate && study.isolate->exact.place.file.empty()) {
    study.isolate->exact.place = study.isolate->place;
  }
  for_each_data_file(study, [&](Value& value) { value.path = data_path(file, value.text); });
  if (study.name.empty()) {
    throw InputError({file, 0}, "study.name",
                     "is missing; it names the results, for example name = \"founding\"");
  }
  require_file_name({file, 0}, "study.name", study.name);
  require_distinct_names(study.tables, "table.name");
  require_distinct_names(study.figures, "figure.name");
  return study;
}

std::string steps_of(const Study& study) {
  const OptionInfo& option = *find_option(key::steps);
  for (const Assignment& entry : study.base) {
    if (entry.key == key::steps) return checked(key::steps, option, entry.value);
  }
  return option.default_text;
}

}  // namespace ulpscope
