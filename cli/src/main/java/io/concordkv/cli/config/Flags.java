package io.concordkv.cli.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Flags as Go programs take them: `--f=v`, `--f v`, and both with one dash; the last of two wins.
final class Flags {
  private Flags() {}

  static Map<String, String> parse(List<String> arguments) {
    var flags = new LinkedHashMap<String, String>();
    for (var i = 0; i < arguments.size(); i++) {
      var argument = arguments.get(i);
      if (!argument.startsWith("-") || argument.equals("-") || argument.equals("--")) {
        throw new ConfigException(
            "unexpected argument \"" + argument + "\": a server takes flags only");
      }
      var text = argument.substring(argument.startsWith("--") ? 2 : 1);
      var equals = text.indexOf('=');
      var name = equals < 0 ? text : text.substring(0, equals);
      if (!known(name)) {
        throw new ConfigException("unknown flag --" + name + Nearest.hint(name, "--"));
      }
      if (equals >= 0) {
        flags.put(name, text.substring(equals + 1));
      } else if (Foreign.isSwitch(name)) {
        flags.put(name, "true");
      } else if (i + 1 < arguments.size()) {
        i++;
        flags.put(name, arguments.get(i));
      } else {
        throw new ConfigException("flag --" + name + " needs a value");
      }
    }
    return flags;
  }

  static boolean known(String key) {
    return key.equals("config")
        || Setting.of(key).isPresent()
        || Foreign.security(key)
        || Foreign.withoutEffect(key);
  }
}
