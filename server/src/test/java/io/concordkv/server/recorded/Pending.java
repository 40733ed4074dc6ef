package io.concordkv.server.recorded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What is not served yet, and what of that list still keeps a scenario out.
final class Pending {
  private final List<String> entries;
  private final Set<String> used = new TreeSet<>();

  private Pending(List<String> entries) {
    this.entries = entries;
  }

  static Pending read(Path file) {
    try {
      return new Pending(
          Files.readAllLines(file).stream()
              .filter(line -> !line.isBlank() && !line.startsWith("#"))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether `scenario` has to wait. All that it waits for counts as used.
  boolean keepsOut(Scenario scenario) {
    boolean out = false;
    for (var need : scenario.needs()) {
      for (var entry : entries) {
        if (covers(entry, need)) {
          used.add(entry);
          out = true;
        }
      }
    }
    return out;
  }

  List<String> unused() {
    return entries.stream().filter(entry -> !used.contains(entry)).toList();
  }

  /// A call or path that ends with a slash, and every path, stands for all below it.
  private static boolean covers(String entry, String need) {
    return need.equals(entry)
        || ((entry.endsWith("/") || entry.startsWith("path ")) && need.startsWith(entry));
  }
}
