package io.concordkv.cli.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// A YAML file whose keys are the names of the flags.
final class ConfigFile {
  private ConfigFile() {}

  static Map<String, String> read(String path) {
    JsonNode tree;
    try {
      tree = new YAMLMapper().readTree(Files.readString(Path.of(path)));
    } catch (IOException e) {
      throw new ConfigException(
          "cannot read the configuration file " + path + ": " + e.getMessage());
    } catch (JacksonException e) {
      throw new ConfigException(
          "the configuration file " + path + " is not YAML: " + e.getOriginalMessage());
    }
    var values = new LinkedHashMap<String, String>();
    if (tree.isMissingNode() || tree.isNull()) {
      return values;
    }
    if (!tree.isObject()) {
      throw new ConfigException("the configuration file " + path + " is not a list of key: value");
    }
    for (var entry : tree.properties()) {
      var key = entry.getKey();
      if (!Flags.known(key)) {
        throw new ConfigException("unknown key " + key + " in " + path + Nearest.hint(key, ""));
      }
      values.put(key, text(path, key, entry.getValue()));
    }
    return values;
  }

  private static String text(String path, String key, JsonNode value) {
    if (value.isArray()) {
      var parts = value.valueStream().map(part -> text(path, key, part)).toList();
      return String.join(",", parts);
    }
    if (value.isObject() && !Foreign.security(key)) {
      throw new ConfigException("key " + key + " in " + path + " must be one value or a list");
    }
    return value.isObject() ? "set" : value.isNull() ? "" : value.asString();
  }
}
