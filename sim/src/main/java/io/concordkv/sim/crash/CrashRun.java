package io.concordkv.sim.crash;

import io.concordkv.base.Bytes;
import io.concordkv.testkit.Gen;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// One store and several processes, one after the other, that open it and are killed, at the end
/// one that may close it. After each opening the store is compared with what must be there.
final class CrashRun {
  private static final int LIVES = 4;
  private static final int LONGEST_MILLIS = 1500;
  private static final int PATIENCE_SECONDS = 120;

  /// The status of a process that a signal 9 has ended.
  private static final int KILLED = 128 + 9;

  /// What a run came to.
  ///
  /// @param kills that came while the store was in use
  /// @param killedOpening others that came before it was open
  /// @param acknowledged how many deeds were
  record Report(Setup setup, int kills, int killedOpening, long acknowledged) {
    @Override
    public String toString() {
      return "%s: %d kills at work, %d while it was opened, %d acknowledged"
          .formatted(setup, kills, killedOpening, acknowledged);
    }
  }

  private final Setup setup;
  private final Path directory;
  private final List<Expected> expected = new ArrayList<>();
  private final Gen gen;
  private int killedOpening;
  private long acknowledged;

  CrashRun(long seed, Path directory) {
    setup = Setup.draw(seed);
    this.directory = directory;
    gen = new Gen(seed).fork();
    for (int thread = 0; thread < setup.threads(); thread++) {
      expected.add(new Expected(setup, thread));
    }
  }

  Report run() {
    try {
      for (int life = 0; life < LIVES; life++) {
        if (gen.oneIn(4)) {
          open(gen.below(LONGEST_MILLIS));
        }
        work(gen.below(LONGEST_MILLIS));
      }
      // The second time what the first one closed by its own will has to be there.
      close();
      close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Report(setup, LIVES, killedOpening, acknowledged);
  }

  private Process start() throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-Xshare:auto"));
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Victim.class.getName()));
    command.addAll(List.of(directory.resolve("store").toString(), "" + setup.seed()));
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.appendTo(directory.resolve("errors").toFile()))
        .start();
  }

  /// One process that is killed at work, `millis` after it was ready.
  private void work(int millis) throws IOException {
    var victim = start();
    try (var output = output(victim)) {
      if (!hearReady(output)) {
        throw endedByItself(victim);
      }
      tellBegins(victim);
      killAfter(victim, millis);
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        hear(line);
      }
      if (status(victim) != KILLED) {
        throw endedByItself(victim);
      }
    } finally {
      victim.destroyForcibly();
    }
  }

  /// One that is killed, `millis` after it was started, while it opens the store, or before it has
  /// done anything.
  private void open(int millis) throws IOException {
    var victim = start();
    try (var output = output(victim)) {
      killAfter(victim, millis);
      killedOpening += hearReady(output) ? 0 : 1;
      if (status(victim) != KILLED) {
        throw endedByItself(victim);
      }
    } finally {
      victim.destroyForcibly();
    }
  }

  /// One that only looks, and closes the store.
  private void close() throws IOException {
    var process = start();
    try (var output = output(process)) {
      process.getOutputStream().close();
      if (!hearReady(output) || status(process) != 0) {
        throw endedByItself(process);
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private CrashFailure endedByItself(Process process) {
    return new CrashFailure(
        "a process ended by itself with %d: %s"
            .formatted(status(process), directory.resolve("errors")));
  }

  private static int status(Process process) {
    try {
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new CrashFailure("a process does not end");
  }

  /// Whether it became ready; then what is there was compared.
  private boolean hearReady(BufferedReader output) throws IOException {
    var there = new TreeMap<Bytes, Bytes>();
    for (var line = output.readLine(); line != null; line = output.readLine()) {
      if (line.equals(Victim.READY)) {
        compare(there);
        return true;
      }
      var words = line.split(" ", -1);
      if (words.length == 3 && words[0].equals(Victim.PAIR)) {
        there.put(bytes(words[1]), bytes(words[2]));
      }
    }
    return false;
  }

  private void tellBegins(Process victim) throws IOException {
    var order = new StringBuilder();
    for (var each : expected) {
      each.begins();
      order.append(each.deeds()).append(' ');
    }
    try (var input = victim.getOutputStream()) {
      input.write((order + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private void hear(String line) {
    var words = line.split(" ", -1);
    // The last line may be there in part.
    if (words.length == 4 && isKind(words[3])) {
      acknowledged++;
      expected
          .get(Integer.parseInt(words[1]))
          .done(Long.parseLong(words[2]), Deed.Kind.valueOf(words[3]));
    }
  }

  private static void killAfter(Process victim, int millis) {
    var killer =
        new Thread(
            () -> {
              try {
                Thread.sleep(millis);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              // Not by the process itself, which would close its output as well.
              victim.toHandle().destroyForcibly();
            },
            "killer");
    killer.setDaemon(true);
    killer.start();
  }

  private static boolean isKind(String word) {
    for (var kind : Deed.Kind.values()) {
      if (kind.name().equals(word)) {
        return true;
      }
    }
    return false;
  }

  private void compare(SortedMap<Bytes, Bytes> there) {
    long transactions = 0;
    for (int thread = 0; thread < expected.size(); thread++) {
      var prefix = Deed.prefix(thread);
      var own = new TreeMap<>(there.subMap(prefix, prefix.prefixEnd()));
      there.keySet().removeAll(own.keySet());
      expected.get(thread).found(own);
      transactions += Deed.number(own.get(Deed.count(thread)));
    }
    long total = Deed.number(there.remove(Deed.TOTAL));
    if (total != transactions) {
      throw new CrashFailure(
          "the threads have %d transactions, and the total says %d: one is there in part"
              .formatted(transactions, total));
    }
    if (!there.isEmpty()) {
      throw new CrashFailure("there are keys that nobody wrote: " + there.keySet());
    }
  }

  private static Bytes bytes(String hex) {
    return Bytes.wrap(HexFormat.of().parseHex(hex));
  }
}
