package io.concordkv.cli.config;

import java.util.Comparator;
import java.util.stream.Stream;

/// The name that somebody probably meant.
final class Nearest {
  private Nearest() {}

  /// ` (did you mean x?)`, or nothing if no name is near.
  static String hint(String wrong, String prefix) {
    return Stream.concat(Stream.of(Setting.values()).map(Setting::key), Foreign.all())
        .min(Comparator.comparingInt(name -> distance(wrong, name)))
        .filter(name -> distance(wrong, name) <= Math.max(2, wrong.length() / 3))
        .map(name -> " (did you mean " + prefix + name + "?)")
        .orElse("");
  }

  /// How many letters must be added, taken away or changed (Levenshtein 1966).
  static int distance(String a, String b) {
    var row = new int[b.length() + 1];
    for (var j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (var i = 1; i <= a.length(); i++) {
      var diagonal = row[0];
      row[0] = i;
      for (var j = 1; j <= b.length(); j++) {
        var above = row[j];
        var change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(above, row[j - 1]) + 1, diagonal + change);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
