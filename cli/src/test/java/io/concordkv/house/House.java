package io.concordkv.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rooms, under one root package: a module's classes are those of the package of its name.
///
/// @param root what all packages begin with
record House(String root) {
  /// A room and what it may see beside itself: modules, or single packages of one.
  ///
  /// The plan's own list is kept to the letter up to `node`. A door sees, beside what the plan
  /// names, the values that the doors of the rooms named speak in: whoever calls a node needs its
  /// bytes, records and seams, and who shows what is stored the records that lie there.
  static final Map<String, List<String>> SEES = new LinkedHashMap<>();

  static {
    SEES.put("base", List.of());
    SEES.put("testkit", List.of("base"));
    SEES.put("raft", List.of("base"));
    SEES.put("storage", List.of("base"));
    SEES.put("transport", List.of("base"));
    SEES.put("mvcc", List.of("base", "storage.engine"));
    SEES.put("replica", List.of("base", "raft", "storage", "transport"));
    SEES.put("txn", List.of("base", "mvcc"));
    SEES.put("cluster", List.of("base"));
    SEES.put(
        "node",
        List.of("base", "raft", "storage", "transport", "mvcc", "replica", "txn", "cluster"));
    SEES.put("proto", List.of());
    SEES.put("server", List.of("node", "proto", "base", "mvcc"));
    SEES.put("client", List.of("proto"));
    SEES.put("embedded", List.of("base", "storage", "mvcc", "txn"));
    SEES.put(
        "cli",
        List.of(
            "server",
            "client",
            "proto",
            "node",
            "replica",
            "embedded",
            "storage",
            "base",
            "transport",
            "raft",
            "mvcc"));
    SEES.put(
        "sim",
        List.of(
            "node",
            "testkit",
            "base",
            "raft",
            "storage",
            "transport",
            "mvcc",
            "replica",
            "client",
            "embedded",
            "proto"));
    SEES.put(
        "bench",
        List.of("proto", "client", "base", "raft", "storage", "transport", "replica", "embedded"));
    // Tests alone, each in the package of what it looks at.
    SEES.put("stress", List.of());
  }

  /// The rooms in which a node is a deterministic function of its inputs.
  static final List<String> DETERMINISTIC =
      List.of("base", "raft", "storage", "transport", "mvcc", "replica", "txn", "cluster", "node");

  /// The rooms whose state belongs to a loop, so that nothing there knows of threads.
  static final List<String> LOOP_OWNED = List.of("raft", "mvcc", "replica", "node");

  /// The rooms that use nothing but the platform.
  static final List<String> BARE = List.of("base", "raft", "mvcc", "txn", "cluster");

  static final House REAL = new House("io.concordkv");

  static Path checkout() {
    return Path.of(System.getProperty("concord.root", ".."));
  }

  /// The compiled classes of every room that was built, but for `proto`, where all is generated.
  static JavaClasses importBuilt() {
    var written = built().stream().filter(path -> !module(path).equals("proto")).toList();
    return new ClassFileImporter().importPaths(written);
  }

  static List<Path> built() {
    return SEES.keySet().stream()
        .map(module -> checkout().resolve(module).resolve("target/classes"))
        .filter(Files::isDirectory)
        .toList();
  }

  /// The module whose classes `path` holds.
  static String module(Path path) {
    return path.getName(path.getNameCount() - 3).toString();
  }

  /// Which room a class is in; none if it is not of this house.
  Optional<String> room(JavaClass type) {
    var name = type.getPackageName();
    return SEES.keySet().stream().filter(module -> in(name, module)).findFirst();
  }

  boolean isIn(JavaClass type, List<String> rooms) {
    return rooms.stream().anyMatch(place -> in(type.getPackageName(), place));
  }

  private boolean in(String packageName, String place) {
    var full = root + "." + place;
    return packageName.equals(full) || packageName.startsWith(full + ".");
  }
}
