package io.concordkv.sim.mutant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The list of known bugs: R of consensus, S of storage, M of revisions, watches and leases, E of
/// the embedded store.
final class Rows {
  private Rows() {}

  /// Every row that has to have a patch, or a reason why it has none.
  static List<String> all() {
    var rows = new ArrayList<String>();
    span(rows, "R", 1, 48);
    span(rows, "S", 1, 32);
    span(rows, "M", 1, 13);
    span(rows, "E", 1, 12);
    return rows;
  }

  private static void span(List<String> rows, String letter, int from, int to) {
    for (int number = from; number <= to; number++) {
      rows.add(letter + number);
    }
  }

  /// By letter, then by number: R2 comes before R10.
  static int compare(String one, String other) {
    return key(one).compareTo(key(other));
  }

  private static String key(String name) {
    int digits = 1;
    while (digits < name.length() && Character.isDigit(name.charAt(digits))) {
      digits++;
    }
    int order = "RSME".indexOf(name.charAt(0));
    return "%d%03d%s"
        .formatted(order, Integer.parseInt(name.substring(1, digits)), name.substring(digits));
  }

  /// Why a row has no patch.
  ///
  /// @param file a type or test, from the root of the checkout on, that makes the bug impossible
  record Reason(String file, String why) {}

  /// Reads the rows without a patch: lines of `row: file: why`.
  static SortedMap<String, Reason> notApplicable(Path file) {
    try {
      var reasons = new TreeMap<String, Reason>(Rows::compare);
      for (var line : Files.readAllLines(file)) {
        if (!line.isBlank() && !line.startsWith("#")) {
          var parts = line.split(": ", 3);
          reasons.put(parts[0], new Reason(parts[1], parts[2]));
        }
      }
      return reasons;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
