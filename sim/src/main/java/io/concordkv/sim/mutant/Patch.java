package io.concordkv.sim.mutant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A unified diff of one source file, under a few lines that say which bug it puts back:
///
/// ```text
/// Row: R4
/// Bug: what a person should know of it
/// Check: I1
/// Swarm: engine
///
/// --- a/raft/src/main/java/io/concordkv/raft/RaftNode.java
/// +++ b/raft/src/main/java/io/concordkv/raft/RaftNode.java
/// @@ -1,3 +1,3 @@
/// ```
///
/// Without the line `Swarm` it is the one of clusters that has to notice it.
///
/// @param row of the list of known bugs
/// @param check what is expected to notice it
/// @param file the source file, from the root of the checkout on
record Patch(
    String name, String row, String bug, String check, Swarm swarm, String file, List<Hunk> hunks) {
  private static final String SUFFIX = ".patch";
  private static final String SOURCES = "/src/main/java/";

  /// Lines that stand next to one another, and what takes their place.
  ///
  /// @param line where the first of them stood when the patch was made, from 1 on
  record Hunk(int line, List<String> before, List<String> after) {
    Hunk {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }
  }

  Patch {
    hunks = List.copyOf(hunks);
  }

  /// The file is not what the patch was made for, or the patch is none.
  static final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1;

    Mismatch(String message) {
      super(message);
    }
  }

  /// All patches in `directory`, by row and name.
  static List<Patch> all(Path directory) {
    try (var files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(SUFFIX))
          .map(Patch::read)
          .sorted((one, other) -> Rows.compare(one.name, other.name))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Patch read(Path file) {
    var name = file.toFile().getName();
    try {
      return parse(name.substring(0, name.length() - SUFFIX.length()), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Patch parse(String name, String text) {
    var lines = new ArrayList<>(text.lines().toList());
    var header = new TreeMap<String, String>();
    while (!lines.isEmpty() && !lines.getFirst().startsWith("--- ")) {
      var parts = lines.removeFirst().split(": ", 2);
      if (parts.length == 2) {
        header.put(parts[0], parts[1]);
      }
    }
    need(lines.size() > 2 && lines.get(1).startsWith("+++ b/"), name, "has no unified diff");
    var file = lines.removeFirst().substring("--- a/".length());
    need(lines.removeFirst().equals("+++ b/" + file), name, "is of two files");
    need(file.contains(SOURCES) && file.endsWith(".java"), name, "is not of a production source");
    var hunks = new ArrayList<Hunk>();
    while (!lines.isEmpty()) {
      hunks.add(hunk(name, lines));
    }
    need(!hunks.isEmpty(), name, "changes nothing");
    var row = field(name, header, "Row");
    return new Patch(
        name,
        row,
        field(name, header, "Bug"),
        field(name, header, "Check"),
        swarm(name, header.getOrDefault("Swarm", "cluster")),
        file,
        hunks);
  }

  private static Swarm swarm(String name, String said) {
    for (var swarm : Swarm.values()) {
      if (swarm.word().equals(said)) {
        return swarm;
      }
    }
    throw new Mismatch(name + " is for a swarm that there is not: " + said);
  }

  private static String field(String name, Map<String, String> header, String field) {
    var value = header.get(field);
    if (value == null) {
      throw new Mismatch(name + " has no line " + field);
    }
    return value;
  }

  /// Takes the first hunk off `lines`.
  private static Hunk hunk(String name, List<String> lines) {
    var range = lines.removeFirst().split("[ ,+-]+");
    need(range.length >= 5 && range[0].equals("@@"), name, "has a line outside of a hunk");
    var before = new ArrayList<String>();
    var after = new ArrayList<String>();
    while (!lines.isEmpty() && !lines.getFirst().startsWith("@@ ")) {
      var line = lines.removeFirst();
      var content = line.isEmpty() ? "" : line.substring(1);
      switch (line.isEmpty() ? ' ' : line.charAt(0)) {
        case ' ' -> {
          before.add(content);
          after.add(content);
        }
        case '-' -> before.add(content);
        case '+' -> after.add(content);
        default -> throw new Mismatch(name + " has a line that is none of a diff: " + line);
      }
    }
    need(
        before.size() == count(range[2]) && after.size() == count(range[4]),
        name,
        "has a hunk of other lengths than it says");
    return new Hunk(Integer.parseInt(range[1]), before, after);
  }

  private static int count(String length) {
    return length.equals("@@") ? 1 : Integer.parseInt(length);
  }

  /// The class that the file is named after.
  String className() {
    int at = file.indexOf(SOURCES) + SOURCES.length();
    return file.substring(at, file.length() - ".java".length()).replace('/', '.');
  }

  /// The file under `root`, with the bug.
  String mutated(Path root) {
    try {
      return apply(Files.readString(root.resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// `source` with the bug. Each hunk has to be found to the letter, in one place only or where it
  /// says: what lies around it may have moved, what it is about may not have changed.
  String apply(String source) {
    var lines = List.of(source.split("\n", -1));
    var patched = new ArrayList<String>();
    int from = 0;
    for (var hunk : hunks) {
      int at = place(hunk, lines, from);
      patched.addAll(lines.subList(from, at));
      patched.addAll(hunk.after);
      from = at + hunk.before.size();
    }
    patched.addAll(lines.subList(from, lines.size()));
    return String.join("\n", patched);
  }

  private int place(Hunk hunk, List<String> lines, int from) {
    var found = new ArrayList<Integer>();
    for (int at = from; at + hunk.before.size() <= lines.size(); at++) {
      if (lines.subList(at, at + hunk.before.size()).equals(hunk.before)) {
        found.add(at);
      }
    }
    need(!found.isEmpty(), name, "does not apply any more to " + file + " near " + hunk.line);
    int said = hunk.line - 1;
    need(
        found.size() == 1 || found.contains(said),
        name,
        "applies to " + file + " in several places");
    return found.size() == 1 ? found.getFirst() : said;
  }

  private static void need(boolean holds, String name, String otherwise) {
    if (!holds) {
      throw new Mismatch(name + " " + otherwise);
    }
  }
}
