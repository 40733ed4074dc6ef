package io.concordkv.server.recorded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/// Where we answer differently on purpose.
final class Differences {
  private static final int FIELDS = 4;

  private record Difference(String scenario, int step, String path) {}

  private final List<Difference> differences;
  private final Set<String> used = new ConcurrentSkipListSet<>();

  private Differences(List<Difference> differences) {
    this.differences = differences;
  }

  static Differences read(Path file) {
    try {
      return new Differences(
          Files.readAllLines(file).stream()
              .filter(line -> !line.isBlank() && !line.startsWith("#"))
              .map(Differences::parse)
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Difference parse(String line) {
    var fields = line.split("\\|", -1);
    if (fields.length != FIELDS || fields[FIELDS - 1].isBlank()) {
      throw new IllegalArgumentException("scenario | step | path | reason: " + line);
    }
    return new Difference(
        fields[0].strip(), Integer.parseInt(fields[1].strip()), fields[2].strip());
  }

  boolean allows(String scenario, int step, String path) {
    for (var difference : differences) {
      if (difference.scenario.equals(scenario)
          && difference.step == step
          && difference.path.equals(path)) {
        used.add(difference.toString());
        return true;
      }
    }
    return false;
  }

  List<String> unused() {
    return differences.stream()
        .map(Difference::toString)
        .filter(difference -> !used.contains(difference))
        .toList();
  }
}
