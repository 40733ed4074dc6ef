package io.concordkv.cli;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Recorded output with names in it: some stand for anything, the others for the same text each
/// time.
final class RecordedText {
  private static final Pattern NAME = Pattern.compile("\"?\\$(\\w+)\"?");
  private static final Set<String> ANYTHING =
      new TreeSet<>(
          Set.of("term", "index", "n", "ttl", "hash", "leader", "any", "took", "size", "pct"));
  private static final Set<String> ANY_LINES = new TreeSet<>(Set.of("usage", "trace", "table"));

  private final Map<String, String> bound = new HashMap<>();
  private final Map<String, String> replaced = new LinkedHashMap<>();

  void bind(String name, String value) {
    bound.put(name, value);
  }

  /// A text that was the same in all recordings, and what stands for it now.
  void replace(String recorded, String now) {
    replaced.put(recorded, now);
  }

  /// A recorded command with the names' values in it.
  String fill(String command) {
    var text = command;
    for (var name : bound.entrySet()) {
      text = text.replaceAll("\\$" + name.getKey() + "\\b", name.getValue());
    }
    return text;
  }

  /// Whether `actual` is what was recorded; names met for the first time take their value from it.
  boolean matches(String recorded, String actual, boolean collapsed) {
    var expected = recorded;
    for (var text : replaced.entrySet()) {
      expected = expected.replace(text.getKey(), text.getValue());
    }
    var names = NAME.matcher(expected);
    var pattern = new StringBuilder();
    var captured = new LinkedHashMap<String, String>();
    var at = 0;
    while (names.find()) {
      pattern.append(Pattern.quote(expected.substring(at, names.start())));
      pattern.append("\"?").append(part(names.group(1), captured)).append("\"?");
      at = names.end();
    }
    pattern.append(Pattern.quote(expected.substring(at)));
    var shown = collapsed ? collapse(actual) : actual;
    var matcher = Pattern.compile(pattern.toString()).matcher(shown);
    if (!matcher.matches()) {
      return false;
    }
    captured.forEach((name, group) -> bound.put(name, matcher.group(group)));
    return true;
  }

  private String part(String name, Map<String, String> captured) {
    if (ANYTHING.contains(name)) {
      return "[^\\n]*?";
    }
    if (ANY_LINES.contains(name)) {
      return "(?s:.*)";
    }
    var value = bound.get(name);
    if (value != null) {
      return Pattern.quote(value);
    }
    if (captured.containsKey(name)) {
      return "\\k<" + captured.get(name) + ">";
    }
    var group = "g" + captured.size();
    captured.put(name, group);
    return "(?<" + group + ">\\w+)";
  }

  private static String collapse(String table) {
    return table.replaceAll("─+", "─").replaceAll(" +", " ");
  }
}
