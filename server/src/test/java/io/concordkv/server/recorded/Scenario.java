package io.concordkv.server.recorded;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A recorded story: steps that begin on an empty server.
record Scenario(String file, String name, List<String> flags, List<JsonObject> steps) {
  /// Replayed elsewhere.
  private static final String COMMAND_LINES = "etcdctl.jsonl";

  static List<Scenario> all(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      var scenarios = new ArrayList<Scenario>();
      for (var file : files.sorted().toList()) {
        var name = file.getFileName().toString();
        if (name.endsWith(".jsonl") && !name.equals(COMMAND_LINES)) {
          Files.readAllLines(file).forEach(line -> scenarios.add(parse(name, line)));
        }
      }
      return scenarios;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Scenario parse(String file, String line) {
    var scenario = JsonParser.parseString(line).getAsJsonObject();
    var flags = scenario.has("flags") ? scenario.getAsJsonArray("flags") : new JsonArray();
    return new Scenario(
        file,
        scenario.get("scenario").getAsString(),
        Json.list(flags).stream().map(JsonElement::getAsString).toList(),
        Json.list(scenario.getAsJsonArray("steps")).stream()
            .map(JsonElement::getAsJsonObject)
            .toList());
  }

  /// The value of the flag `name`; `otherwise` if it was not given.
  String flag(String name, String otherwise) {
    return flags.stream()
        .filter(flag -> flag.startsWith(name + "="))
        .map(flag -> flag.substring(name.length() + 1))
        .findFirst()
        .orElse(otherwise);
  }

  /// What it needs of a server, in the words of `pending.txt`.
  List<String> needs() {
    var needs = new ArrayList<String>();
    flags.forEach(flag -> needs.add("flag " + flag.substring(0, flag.indexOf('='))));
    for (var step : steps) {
      for (var key : List.of("rpc", "open")) {
        if (step.has(key)) {
          needs.add("rpc " + step.get(key).getAsString());
        }
      }
      if (step.has("path")) {
        needs.add("path " + step.get("path").getAsString().replaceFirst("^/+", "/"));
      }
    }
    return needs;
  }
}
