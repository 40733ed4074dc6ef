package io.concordkv.cli.process;

import io.concordkv.cli.config.ListenUrl;
import io.concordkv.cli.config.ServerOptions;
import java.io.IOException;
import java.net.BindException;
import java.util.stream.Collectors;

/// Says in one line why a server could not start, and what to do.
final class StartFailure {
  private StartFailure() {}

  static String explain(Throwable failure, ServerOptions options) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException || says(cause, "Failed to bind")) {
        return "cannot listen at "
            + addresses(options)
            + ": "
            + cause.getMessage()
            + ". Is another server running there? Choose other ports with --listen-client-urls and"
            + " --listen-peer-urls";
      }
    }
    var message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  private static boolean says(Throwable failure, String words) {
    return failure instanceof IOException
        && failure.getMessage() != null
        && failure.getMessage().contains(words);
  }

  private static String addresses(ServerOptions options) {
    return "clients: "
        + options.listenClient().stream().map(ListenUrl::toString).collect(Collectors.joining(","))
        + ", peers: "
        + options.listenPeer().stream().map(ListenUrl::toString).collect(Collectors.joining(","));
  }
}
