package io.concordkv.cli.command;

import io.concordkv.cli.print.Out;
import io.concordkv.client.ClientOptions;
import io.concordkv.client.ConcordClient;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the commands of one process share: its streams, its environment and its client. A prompt runs
/// many commands in one session and keeps the connection.
public final class Session implements AutoCloseable {
  private final InputStream in;
  private final Out out;
  private final PrintStream err;
  private final Map<String, String> environment;
  private @Nullable ClientOptions options;
  private @Nullable ConcordClient client;

  public Session(InputStream in, Out out, PrintStream err, Map<String, String> environment) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  public InputStream in() {
    return in;
  }

  public Out out() {
    return out;
  }

  public PrintStream err() {
    return err;
  }

  public Map<String, String> environment() {
    return environment;
  }

  /// The client for these options: a new one only if they changed.
  public ConcordClient client(ClientOptions wanted) {
    if (client == null || !wanted.equals(options)) {
      close();
      client = ConcordClient.open(wanted);
      options = wanted;
    }
    return client;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
      client = null;
    }
  }
}
