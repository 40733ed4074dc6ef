package io.concordkv.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// All settings with where each came from: flag before environment before file before default, for
/// every setting by itself.
public final class Settings {
  private record Value(String text, String origin) {}

  private final Map<Setting, Value> values;
  private final List<String> notes;

  private Settings(Map<Setting, Value> values, List<String> notes) {
    this.values = values;
    this.notes = notes;
  }

  /// @param prefixes of environment variables, the strongest first
  /// @throws ConfigException with all that a person needs to know
  public static Settings of(
      List<String> arguments, Map<String, String> environment, List<String> prefixes) {
    var given = new LinkedHashMap<String, Value>();
    var flags = Flags.parse(arguments);
    var file = flags.getOrDefault("config", flags.getOrDefault("config-file", ""));
    flags.remove("config");
    if (file.isEmpty()) {
      file =
          prefixes.stream()
              .map(prefix -> environment.getOrDefault(prefix + "CONFIG_FILE", ""))
              .filter(path -> !path.isEmpty())
              .findFirst()
              .orElse("");
    }
    if (!file.isEmpty()) {
      for (var entry : ConfigFile.read(file).entrySet()) {
        given.put(entry.getKey(), new Value(entry.getValue(), entry.getKey() + " in " + file));
      }
    }
    for (var prefix : prefixes.reversed()) {
      for (var entry : new TreeMap<>(environment).entrySet()) {
        var key = key(entry.getKey(), prefix);
        if (Flags.known(key) && !entry.getValue().isEmpty()) {
          given.put(key, new Value(entry.getValue(), entry.getKey()));
        }
      }
    }
    flags.forEach((key, text) -> given.put(key, new Value(text, "--" + key)));
    return sorted(given);
  }

  private static String key(String variable, String prefix) {
    return variable.startsWith(prefix)
        ? variable.substring(prefix.length()).toLowerCase(Locale.ROOT).replace('_', '-')
        : "";
  }

  private static Settings sorted(Map<String, Value> given) {
    var values = new LinkedHashMap<Setting, Value>();
    var notes = new ArrayList<String>();
    given.forEach((key, value) -> {
      if (Foreign.security(key)) {
        if (!value.text().equals("false") && !value.text().isEmpty()) {
          throw new ConfigException(
              value.origin()
                  + " asks for TLS, which is not supported yet; leave it out and use http://");
        }
      } else if (Foreign.withoutEffect(key)) {
        notes.add(value.origin() + " is accepted and has no effect here");
      } else {
        Setting.of(key).ifPresent(setting -> values.put(setting, value));
      }
    });
    return new Settings(values, notes);
  }

  /// What was accepted and means nothing here, a line each.
  public List<String> notes() {
    return notes;
  }

  boolean given(Setting setting) {
    var value = values.get(setting);
    return value != null && !value.text().isEmpty();
  }

  String text(Setting setting) {
    var value = values.get(setting);
    return value == null || value.text().isEmpty() ? setting.otherwise() : value.text();
  }

  /// Where a setting came from, for messages.
  String origin(Setting setting) {
    var value = values.get(setting);
    return value == null ? "--" + setting.key() : value.origin();
  }

  long number(Setting setting, long least, long most) {
    var text = text(setting);
    try {
      var number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, as a number out of bounds
    }
    throw new ConfigException(
        origin(setting) + ": \"" + text + "\" is not a number from " + least + " to " + most);
  }

  boolean flag(Setting setting) {
    return switch (text(setting)) {
      case "true", "1", "t", "T", "TRUE", "True" -> true;
      case "false", "0", "f", "F", "FALSE", "False" -> false;
      default ->
          throw new ConfigException(
              origin(setting) + ": \"" + text(setting) + "\" is neither true nor false");
    };
  }

  List<String> list(Setting setting) {
    return List.of(text(setting).split(",")).stream()
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }
}
