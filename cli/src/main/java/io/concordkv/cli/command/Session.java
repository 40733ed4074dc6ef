package io.concordkv.cli.command;

import io.concordkv.cli.print.Out;
import io.concordkv.client.ClientOptions;
import io.concordkv.client.ConcordClient;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the commands of one process share: its streams, its environment and its client. A prompt
/// runs many commands in one session and keeps the connection.
public final class Session implements AutoCloseable {
  private final InputStream in;
  private final Out out;
  private final PrintStream err;
  private final Map<String, String> environment;
  private final boolean shell;
  private @Nullable ClientOptions options;
  private @Nullable ConcordClient client;

  public Session(InputStream in, Out out, PrintStream err, Map<String, String> environment) {
    this(in, out, err, environment, false);
  }

  private Session(
      InputStream in, Out out, PrintStream err, Map<String, String> environment, boolean shell) {
    this.shell = shell;
    this.in = in;
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  /// The session of the commands inside a shell, whose input are the shell's further lines.
  public Session inShell(InputStream lines, Out shellOut, PrintStream shellErr) {
    return new Session(lines, shellOut, shellErr, environment, true);
  }

  public Session inShell(InputStream lines) {
    return inShell(lines, out, err);
  }

  public InputStream in() {
    return in;
  }

  /// What a value can be read from up to its end: not the lines of a shell, where more commands
  /// follow.
  @Nullable InputStream wholeInput() {
    return shell ? null : in;
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
