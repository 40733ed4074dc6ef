package io.concordkv.server.recorded;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Compares an answer with the recorded one, field by field.
final class Expectation {
  private static final int SHOWN = 300;

  /// Lists that etcd keeps in a map of Go, which has another order each time it is walked; twice
  /// the same was recorded by chance.
  private static final Set<String> SETS = Set.of("Lease/LeaseTimeToLive/keys");

  private final Variables variables;
  private final JsonObject step;
  private final Predicate<String> allowed;

  /// `allowed` says at which paths the answer may differ.
  Expectation(Variables variables, JsonObject step, Predicate<String> allowed) {
    this.variables = variables;
    this.step = step;
    this.allowed = allowed;
  }

  void check(JsonElement expected, JsonElement actual) {
    var difference = difference("", expected, actual);
    if (difference != null) {
      throw new AssertionError(difference);
    }
  }

  private @Nullable String difference(String path, JsonElement expected, JsonElement actual) {
    if (Variables.matchesAnything(expected) || allowed.test(path)) {
      return null;
    }
    return switch (expected) {
      case JsonObject object when actual instanceof JsonObject other ->
          difference(path, object, other);
      case JsonArray array when actual instanceof JsonArray other -> difference(path, array, other);
      default ->
          expected.isJsonPrimitive() && variables.matches(expected.getAsString(), text(actual))
              ? null
              : path + ": expected " + shown(expected) + " but was " + shown(actual);
    };
  }

  private @Nullable String difference(String path, JsonObject expected, JsonObject actual) {
    var names = new TreeSet<>(expected.keySet());
    names.addAll(actual.keySet());
    for (var name : names) {
      if (path.isEmpty() && ignored(name)) {
        continue;
      }
      var difference =
          difference(path + "/" + name, orNull(expected.get(name)), orNull(actual.get(name)));
      if (difference != null) {
        return difference;
      }
    }
    return null;
  }

  private @Nullable String difference(String path, JsonArray expected, JsonArray actual) {
    if (expected.size() != actual.size()) {
      return path + ": expected " + shown(expected) + " but was " + shown(actual);
    }
    if (isSet(path.substring(1))) {
      return unordered(path, Json.list(expected), Json.list(actual));
    }
    for (int i = 0; i < expected.size(); i++) {
      var difference = difference(path + "/" + i, expected.get(i), actual.get(i));
      if (difference != null) {
        return difference;
      }
    }
    return null;
  }

  /// Null if each of `expected` matches another one of `actual`.
  @Nullable String unordered(String path, List<JsonElement> expected, List<JsonElement> actual) {
    var left = new ArrayList<>(actual);
    for (var element : expected) {
      if (!left.removeIf(once(candidate -> difference(path, element, candidate) == null))) {
        return path + ": nothing of " + shown(left) + " is " + shown(element);
      }
    }
    return left.isEmpty() ? null : path + ": not expected " + shown(left);
  }

  private static Predicate<JsonElement> once(Predicate<JsonElement> matches) {
    var found = new boolean[1];
    return candidate -> !found[0] && (found[0] = matches.test(candidate));
  }

  private boolean isSet(String name) {
    return ignored(name + ":order")
        || (step.has("rpc") && SETS.contains(step.get("rpc").getAsString() + "/" + name));
  }

  private boolean ignored(String name) {
    return step.has("ignore")
        && Json.list(step.getAsJsonArray("ignore")).stream()
            .anyMatch(ignored -> ignored.getAsString().equals(name));
  }

  /// A number that is not there is zero.
  private static String text(JsonElement actual) {
    return actual.isJsonPrimitive() ? actual.getAsString() : actual.isJsonNull() ? "0" : "";
  }

  private static JsonElement orNull(@Nullable JsonElement element) {
    return element == null ? JsonNull.INSTANCE : element;
  }

  private static String shown(Object value) {
    var text = value.toString();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}
