package io.concordkv.cli.command;

import java.time.Duration;
import java.util.regex.Pattern;

/// Durations as Go's tools write them: `1h2m3.5s`, `200ms`; a number alone is seconds.
public final class Durations {
  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");

  private Durations() {}

  public static Duration parse(String text) {
    if (text.matches("\\d+")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    var nanos = 0.0;
    var end = 0;
    var parts = PART.matcher(text);
    while (parts.find() && parts.start() == end) {
      nanos += Double.parseDouble(parts.group(1)) * unitNanos(parts.group(2));
      end = parts.end();
    }
    if (end == 0 || end < text.length()) {
      throw new IllegalArgumentException("it is no duration such as 5s or 200ms");
    }
    return Duration.ofNanos((long) nanos);
  }

  private static double unitNanos(String unit) {
    return switch (unit) {
      case "ns" -> 1;
      case "us", "µs" -> 1e3;
      case "ms" -> 1e6;
      case "s" -> 1e9;
      case "m" -> 60e9;
      default -> 3600e9;
    };
  }
}
