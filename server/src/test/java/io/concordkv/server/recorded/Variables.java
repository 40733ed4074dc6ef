package io.concordkv.server.recorded;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// What the `$names` of a scenario stand for.
final class Variables {
  private static final Pattern NAME = Pattern.compile("\\$([a-z]+[0-9]*)");
  private static final Pattern FILL = Pattern.compile("\\$fill\\((\\d+),(.)\\)");
  private static final Set<String> ANYTHING =
      Set.of(
          "term",
          "index",
          "n",
          "ttl",
          "hash",
          "leader",
          "storage",
          "token",
          "any",
          "took",
          "time",
          "size",
          "pct",
          "src",
          "trace",
          "usage",
          "hexlease");

  private final Map<String, String> values = new HashMap<>();

  void set(String name, String value) {
    values.put(name, value);
  }

  /// `request` with every name replaced.
  JsonElement fill(JsonElement request) {
    if (request instanceof JsonObject object) {
      var filled = new JsonObject();
      object.entrySet().forEach(field -> filled.add(field.getKey(), fill(field.getValue())));
      return filled;
    }
    if (request instanceof JsonArray array) {
      var filled = new JsonArray();
      array.forEach(element -> filled.add(fill(element)));
      return filled;
    }
    return isText(request) ? new JsonPrimitive(fill(request.getAsString())) : request;
  }

  String fill(String text) {
    var fill = FILL.matcher(text);
    if (fill.matches()) {
      return filled(Integer.parseInt(fill.group(1)), fill.group(2));
    }
    return NAME.matcher(text)
        .replaceAll(name -> java.util.regex.Matcher.quoteReplacement(value(name)));
  }

  private String value(MatchResult name) {
    var value = values.get(name.group(1));
    if (value == null) {
      throw new AssertionError("nothing is known yet of " + name.group());
    }
    return value;
  }

  /// Whether `text` is a name that matches whatever comes, even nothing.
  static boolean matchesAnything(JsonElement text) {
    return isText(text)
        && text.getAsString().startsWith("$")
        && ANYTHING.contains(text.getAsString().substring(1));
  }

  /// Whether `actual` is what `expected` says; a name that is met for the first time is given its
  /// value.
  boolean matches(String expected, String actual) {
    var fill = FILL.matcher(expected);
    if (fill.matches()) {
      return filled(Integer.parseInt(fill.group(1)), fill.group(2)).equals(actual);
    }
    if (!expected.contains("$")) {
      return expected.equals(actual);
    }
    var name = NAME.matcher(expected);
    if (name.matches() && !ANYTHING.contains(name.group(1))) {
      var known = values.putIfAbsent(name.group(1), actual);
      return known == null || known.equals(actual);
    }
    return Pattern.matches(pattern(expected), actual);
  }

  private String pattern(String expected) {
    var pattern = new StringBuilder();
    var name = NAME.matcher(expected);
    int end = 0;
    while (name.find()) {
      pattern.append(Pattern.quote(expected.substring(end, name.start())));
      pattern.append(
          ANYTHING.contains(name.group(1)) ? "(?s).*" : Pattern.quote(value(name.toMatchResult())));
      end = name.end();
    }
    return pattern.append(Pattern.quote(expected.substring(end))).toString();
  }

  private static String filled(int count, String with) {
    return Base64.getEncoder()
        .encodeToString(with.repeat(count).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  static boolean isText(JsonElement element) {
    return element.isJsonPrimitive() && element.getAsJsonPrimitive().isString();
  }
}
