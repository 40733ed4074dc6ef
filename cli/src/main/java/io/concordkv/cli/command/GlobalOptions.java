package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Format;
import io.concordkv.client.ClientOptions;
import io.concordkv.client.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The options that every client command has, before its name or after it.
public final class GlobalOptions {
  private static final String DEFAULT_ENDPOINTS = "127.0.0.1:2379";

  @Option(
      names = {"--endpoints"},
      scope = ScopeType.INHERIT,
      paramLabel = "host:port,...",
      description = "where the cluster is (also CONCORD_ENDPOINTS, ETCDCTL_ENDPOINTS)")
  @Nullable String endpoints;

  @Option(
      names = {"-w", "--write-out"},
      scope = ScopeType.INHERIT,
      paramLabel = "simple|json|fields|table",
      description = "how answers are printed")
  @Nullable String writeOut;

  @Option(
      names = "--hex",
      scope = ScopeType.INHERIT,
      arity = "0..1",
      fallbackValue = "true",
      description = "print bytes as hex")
  boolean hex;

  @Option(
      names = "--command-timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "5s",
      description = "how long a command may take (a watch may take longer)")
  @Nullable String commandTimeout;

  @Option(
      names = "--dial-timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "2s",
      description = "how long a connection may take to come up")
  @Nullable String dialTimeout;

  /// The same options as words of a command line.
  public List<String> asArguments() {
    var arguments = new ArrayList<String>();
    add(arguments, "--endpoints", endpoints);
    add(arguments, "--write-out", writeOut);
    add(arguments, "--command-timeout", commandTimeout);
    add(arguments, "--dial-timeout", dialTimeout);
    if (hex) {
      arguments.add("--hex=true");
    }
    return arguments;
  }

  private static void add(List<String> arguments, String name, @Nullable String value) {
    if (value != null) {
      arguments.add(name + "=" + value);
    }
  }

  public Format format() {
    return writeOut == null ? Format.SIMPLE : Format.parse(writeOut);
  }

  public boolean hex() {
    return hex;
  }

  public ClientOptions client(Map<String, String> environment) {
    return new ClientOptions(
        endpoints(first(environment, endpoints, "ENDPOINTS", DEFAULT_ENDPOINTS)),
        duration("--dial-timeout", first(environment, dialTimeout, "DIAL_TIMEOUT", "2s")),
        duration("--command-timeout", first(environment, commandTimeout, "COMMAND_TIMEOUT", "5s")));
  }

  private static String first(
      Map<String, String> environment, @Nullable String flag, String name, String otherwise) {
    if (flag != null) {
      return flag;
    }
    var own = environment.get("CONCORD_" + name);
    return own != null ? own : environment.getOrDefault("ETCDCTL_" + name, otherwise);
  }

  public static List<Endpoint> endpoints(String text) {
    var endpoints = Arrays.stream(text.split(",")).filter(part -> !part.isBlank()).toList();
    if (endpoints.isEmpty()) {
      throw new CommandFailure(
          ExitCode.BAD_CONNECTION, "no endpoint is given; try --endpoints=" + DEFAULT_ENDPOINTS);
    }
    try {
      return endpoints.stream().map(Endpoint::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.BAD_CONNECTION, String.valueOf(e.getMessage()));
    }
  }

  /// `5s`, `200ms`, `1m30s`; a number alone is seconds.
  public static Duration duration(String option, String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          ExitCode.ERROR,
          "invalid argument \"" + text + "\" for \"" + option + "\" flag: " + e.getMessage());
    }
  }
}
