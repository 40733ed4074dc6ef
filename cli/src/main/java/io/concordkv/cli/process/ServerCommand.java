package io.concordkv.cli.process;

import io.concordkv.cli.config.ConfigException;
import io.concordkv.cli.config.ServerOptions;
import io.concordkv.cli.config.Setting;
import io.concordkv.cli.config.Settings;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.outcome.Version;
import java.util.List;

/// `concord server`, and `concord etcd`, which is the same with the habits of the program that it
/// stands in for.
///
/// @param prefixes of environment variables, the strongest first
/// @param dataDir where the data lies if nothing is said
public record ServerCommand(String name, List<String> prefixes, String dataDir) {
  public static ServerCommand server() {
    return new ServerCommand("concord server", List.of("CONCORD_", "ETCD_"), "data");
  }

  public static ServerCommand etcd() {
    return new ServerCommand("etcd", List.of("ETCD_"), "{name}.etcd");
  }

  /// Runs until the server is told to stop; returns the exit code if it cannot even start.
  public int run(List<String> arguments) {
    if (has(arguments, "version")) {
      System.out.println("etcd Version: " + Version.API);
      System.out.println("ConcordKV Version: " + Version.own());
      return ExitCode.OK.number();
    }
    if (has(arguments, "help") || arguments.contains("-h")) {
      System.out.print(usage());
      return ExitCode.OK.number();
    }
    ServerOptions options;
    try {
      var settings = Settings.of(arguments, System.getenv(), prefixes);
      options = ServerOptions.of(settings, dataDir);
      settings.notes().forEach(note -> System.err.println("note: " + note));
    } catch (ConfigException e) {
      System.err.println("Error: " + e.getMessage());
      System.err.println("Run '" + name + " --help' for all settings.");
      return ExitCode.ERROR.number();
    }
    return ServerProcess.run(options);
  }

  private static boolean has(List<String> arguments, String flag) {
    return arguments.contains("--" + flag)
        || arguments.contains("-" + flag)
        || arguments.contains("--" + flag + "=true");
  }

  private String usage() {
    var text = new StringBuilder("Usage: " + name + " [flags]\n\n");
    for (var setting : Setting.values()) {
      var otherwise = setting.otherwise().isEmpty() ? "" : " (" + setting.otherwise() + ")";
      text.append("  --%-30s %s%s%n".formatted(setting.key(), setting.meaning(), otherwise));
    }
    return text.append("\nEvery setting is also an environment variable (")
        .append(prefixes.getFirst())
        .append("DATA_DIR) and a key of the file.\n")
        .append(
            "A flag wins over the environment, that over the file, for each setting by itself.\n")
        .append(
            "Flags are --flag value, --flag=value, or the same with one dash; the last one wins.\n")
        .toString();
  }
}
