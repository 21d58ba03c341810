// SPDX-License-Identifier: BSL-1.0
#include <stdexcept>
#include <sys/stat.h>

#include "catch.hpp"
#include "program.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/owner.hpp"
#include "ulpscope/store/results.hpp"

using namespace ulpscope;
using test::slurp;
using test::spit;
using test::TempFolder;

TEST_CASE("SHA-256 gives the values of FIPS 180-2") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("files are written whole, with their folders, and leave nothing beside") {
  const TempFolder folder;
  const auto file = folder / "a b/\xC3\xBC.txt";
  write_file(file, "one");
  write_file(file, "two");
  CHECK(slurp(file) == "two");
  CHECK(test::compared_files(folder.path()).size() == 1);
  const auto before = test::fs::last_write_time(file);
  write_file(file, "two");
  CHECK(test::fs::last_write_time(file) == before);
}

TEST_CASE("a file may have the longest name that there is") {
  const TempFolder folder;
  const auto file = folder / std::string(255, 'n');
  write_file(file, "one");
  CHECK(slurp(file) == "one");
  CHECK(create_file(folder / std::string(255, 'm'), "two"));
  CHECK(test::compared_files(folder.path()).size() == 2);
  CHECK_THROWS(write_file(folder / std::string(256, 'n'), "three"));
}

TEST_CASE("a file is read that is one, and nothing is waited for") {
  const TempFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(read_file(folder / "pipe"),
                    "cannot read " + (folder / "pipe").string() + ": Not a file");
  CHECK_FALSE(read_if_there(folder / "pipe"));
  CHECK_THROWS_WITH(read_file("/dev/zero"), "cannot read /dev/zero: Not a file");
  CHECK_THROWS(read_file(folder.path()));
  write_file(folder / "pipe", "now it is");
  CHECK(slurp(folder / "pipe") == "now it is");
}

TEST_CASE("a file that cannot be written says why and leaves nothing") {
  const TempFolder folder;
  spit(folder / "taken", "a file");
  CHECK_THROWS(write_file(folder / "taken/file", "x"));
  test::fs::create_directories(folder / "target");
  CHECK_THROWS(write_file(folder / "target", "x"));
  CHECK(test::compared_files(folder.path()).size() == 1);
  CHECK_THROWS_WITH(read_file(folder / "none"),
                    "cannot read " + (folder / "none").string() + ": No such file or directory");
}

TEST_CASE("a cell is there once done is, and damage is named") {
  const TempFolder folder;
  CellFiles files;
  files["trace.csv"] = "step,loss\n0,1\n";
  const auto place = cell_folder(folder.path(), "0123");
  CHECK_FALSE(read_done(place));
  write_cell(place, files);
  CHECK(test::compared_files(place).size() == 5);
  const std::string done = read_done(place).value();
  CHECK(done == files.done());
  CHECK_FALSE(damage(place, done));
  spit(place / "trace.csv", "step,loss\n0,2\n");
  CHECK(damage(place, done).value() == "trace.csv has changed");
  test::fs::remove(place / "trace.csv");
  CHECK(damage(place, done).value() == "trace.csv is missing");
  // The format is that of sha256sum -c.
  write_cell(place, files);
  CHECK(test::run({"/bin/sh", "-c", "cd '" + place.string() + "' && sha256sum -c --quiet done"})
            .code == 0);
}

TEST_CASE("a cell is not done where one of its files could not be written") {
  const TempFolder folder;
  CellFiles files;
  files["trace.csv"] = "step,loss\n0,1\n";
  const auto place = cell_folder(folder.path(), "0123");
  test::fs::create_directories(place / "final.csv");  // no file takes a folder's place
  CHECK_THROWS(write_cell(place, files));
  CHECK_FALSE(read_done(place));
  test::fs::remove(place / "final.csv");
  write_cell(place, files);
  CHECK(read_done(place) == files.done());
  // What was done before is so no more, as some of the files may have changed.
  test::fs::remove(place / "final.csv");
  test::fs::create_directories(place / "final.csv");
  files["trace.csv"] = "step,loss\n0,2\n";
  CHECK_THROWS(write_cell(place, files));
  CHECK_FALSE(read_done(place));
}

TEST_CASE("what a killed process left is removed, what a living one writes is not") {
  const TempFolder folder;
  Owner self(this_process());
  const std::string here = self.host + "," + self.boot + "," + self.space;
  const std::string part = "trace.csv.part-";
  spit(folder / (part + here + ",1,0,1"), "");  // process 1 began at another time
  spit(folder / (part + "elsewhere" + here + ",1,0,1"), "");
  spit(folder / (part + this_process() + ",1"), "");
  spit(folder / "a.partial", "the user's own");
  remove_stale_parts(folder.path());
  CHECK(test::compared_files(folder.path()).size() == 3);
  CHECK_FALSE(test::fs::exists(folder / (part + here + ",1,0,1")));
  remove_other_parts(folder.path());
  CHECK(test::compared_files(folder.path()).size() == 2);
  CHECK(test::fs::exists(folder / (part + this_process() + ",1")));
}
