package io.concordkv.cli.local;

import java.time.Instant;
import java.util.Optional;

/// One node of a local cluster.
///
/// @param port for clients; the next one is for peers
/// @param pid 0 if it was never started
/// @param started tells the process from a later one with the same pid
record LocalNode(String name, int port, long pid, Instant started) {
  static LocalNode planned(String name, int port) {
    return new LocalNode(name, port, 0, Instant.EPOCH);
  }

  LocalNode running(ProcessHandle process) {
    return new LocalNode(name, port, process.pid(), startOf(process));
  }

  /// The process, if it still runs.
  Optional<ProcessHandle> process() {
    return pid == 0
        ? Optional.empty()
        : ProcessHandle.of(pid)
            .filter(ProcessHandle::isAlive)
            .filter(process -> startOf(process).equals(started));
  }

  private static Instant startOf(ProcessHandle process) {
    return process.info().startInstant().orElse(Instant.EPOCH);
  }

  String clientUrl() {
    return "http://127.0.0.1:" + port;
  }

  String peerUrl() {
    return "http://127.0.0.1:" + (port + 1);
  }

  String line() {
    return name + " " + port + " " + pid + " " + started;
  }

  static LocalNode parse(String line) {
    var words = line.split(" ");
    return new LocalNode(
        words[0], Integer.parseInt(words[1]), Long.parseLong(words[2]), Instant.parse(words[3]));
  }
}
