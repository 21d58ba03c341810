// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "document.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

namespace {

/// Tables of a study file that hold something other than keys of a cell.
const std::vector<std::string> other_tables{"sweep", "table", "figure"};

std::vector<std::string> texts(const Document& document, const std::string& key,
                               const toml::node& node, const std::string& example) {
  const auto bad = [&](const toml::node& at) {
    return InputError(document.place(at), key,
                      "expected a text or a list of texts, for example " + example);
  };
  std::vector<std::string> all;
  if (const auto* text = node.as_string()) return {**text};
  if (!node.is_array()) throw bad(node);
  for (const toml::node& item : *node.as_array()) {
    if (!item.is_string()) throw bad(item);
    all.push_back(**item.as_string());
  }
  if (all.empty()) throw bad(node);
  return all;
}

std::string text(const Document& document, const std::string& key, const toml::node& node,
                 const std::string& example) {
  if (node.is_string()) return **node.as_string();
  throw InputError(document.place(node), key, "expected a text, for example " + example);
}

void read_table_spec(const Document& document, const toml::table& table, Study& study) {
  TableSpec spec;
  spec.place = document.place(table);
  spec.name = "table-" + std::to_string(study.tables.size() + 1);
  for (const auto& [name, at] : in_order(table)) {
    const toml::node& node = *at;
    const std::string key = "table." + name;
    if (name == "name")
      spec.name = text(document, key, node, "name = \"overview\"");
    else if (name == "caption")
      spec.caption = text(document, key, node, "caption = \"Floors\"");
    else if (name == "rows")
      spec.rows = texts(document, key, node, "rows = \"rule.lr\"");
    else if (name == "columns")
      spec.columns = texts(document, key, node, "columns = [\"floor\"]");
    else if (name == "only")
      spec.only = text(document, key, node, "only = \"rule.kind=adam*\"");
    else
      throw InputError(
          document.place(node), key,
          "unknown key; expected one of name, caption, rows, columns, only; for example "
          "columns = [\"floor\", \"onset\"]");
  }
  study.tables.push_back(std::move(spec));
}

double zoom(const Document& document, const std::string& key, const toml::node& node) {
  const auto factor = node.value<double>();
  if (factor && *factor >= 1 && *factor <= 1e12) return *factor;
  throw InputError(document.place(node), key,
                   "expected a number from 1 to 1e12; for example zoom = 20");
}

void read_figure_spec(const Document& document, const toml::table& table, Study& study) {
  FigureSpec spec;
  spec.place = document.place(table);
  spec.kind = "loss";
  spec.name = "figure-" + std::to_string(study.figures.size() + 1);
  for (const auto& [name, at] : in_order(table)) {
    const toml::node& node = *at;
    const std::string key = "figure." + name;
    if (name == "name")
      spec.name = text(document, key, node, "name = \"loss\"");
    else if (name == "caption")
      spec.caption = text(document, key, node, "caption = \"Loss\"");
    else if (name == "kind")
      spec.kind = text(document, key, node, "kind = \"loss\"");
    else if (name == "by")
      spec.by = texts(document, key, node, "by = \"precision.arithmetic\"");
    else if (name == "only")
      spec.only = text(document, key, node, "only = \"rule.kind=adam*\"");
    else if (name == "zoom")
      spec.zoom = zoom(document, key, node);
    else
      throw InputError(document.place(node), key,
                       "unknown key; expected one of name, caption, kind, by, only, zoom; for "
                       "example kind = \"loss\"");
  }
  if (!contains(figure_kinds, spec.kind)) {
    throw InputError(spec.place, "figure.kind",
                     "\"" + spec.kind + "\": expected " + one_of(figure_kinds) +
                         suggestion(spec.kind, figure_kinds) + "; for example kind = \"loss\"");
  }
  if (spec.zoom != 1 && spec.kind != "path") {
    throw InputError(spec.place, "figure.zoom",
                     "belongs to figures of kind = \"path\"; for example kind = \"path\"");
  }
  study.figures.push_back(std::move(spec));
}

void read_section(const Document& document, const std::string& name, const toml::node& node,
                  Study& study) {
  if (!node.is_table()) {
    throw InputError(document.place(node), name, "expected a table, written [" + name + "]");
  }
  for (const auto& [key, at] : in_order(*node.as_table())) {
    const toml::node& value = *at;
    const std::string full = name + "." + key;
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

/// A relative path is looked for beside the study file, then in the working directory.
void find_data_files(Study& study) {
  namespace fs = std::filesystem;
  const fs::path beside = fs::path(study.file).parent_path();
  const auto find = [&](const std::string& key, Value& value) {
    const fs::path found = beside / value.text;
    if (key == key::data_file && fs::exists(found)) value.text = found.lexically_normal().string();
  };
  for (Assignment& entry : study.base) find(entry.key, entry.value);
  for (Axis& axis : study.axes) {
    for (Value& value : axis.values) find(axis.key, value);
    if (axis.key == key::data_file) axis.range.clear();  // its texts have been changed
  }
  for (auto& cell : study.cells) {
    for (Assignment& entry : cell) find(entry.key, entry.value);
  }
}

}  // namespace

Study read_study(const std::string& file, const std::vector<std::string>& sets) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream source;
  if (stream) source << stream.rdbuf();
  if (!stream.is_open() || stream.bad() || std::filesystem::is_directory(file)) {
    throw InputError({file, 0}, "",
                     "cannot be read; expected a study file, for example studies/founding.toml");
  }
  const Document document(file, source.str());
  Study study;
  study.file = file;

  std::vector<std::string> tables = other_tables;
  for (const Section& section : sections()) tables.push_back(section.name);
  for (const auto& [name, at] : in_order(document.root())) {
    const toml::node& node = *at;
    if (name == "sweep") {
      read_sweep(document, node, study);
    } else if (name == "table") {
      for_each_table(document, name, node,
                     [&](const toml::table& table) { read_table_spec(document, table, study); });
    } else if (name == "figure") {
      for_each_table(document, name, node,
                     [&](const toml::table& table) { read_figure_spec(document, table, study); });
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
  find_data_files(study);
  if (study.name.empty()) {
    throw InputError({file, 0}, "study.name",
                     "is missing; it names the results, for example name = \"founding\"");
  }
  require_file_name({file, 0}, "study.name", study.name);
  require_distinct_names(study.tables, "table.name");
  require_distinct_names(study.figures, "figure.name");
  return study;
}

}  // namespace ulpscope
