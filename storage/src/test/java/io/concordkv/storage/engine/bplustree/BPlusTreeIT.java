package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.RealEnv;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The engine on a real file system, its process killed while it writes.
final class BPlusTreeIT {
  private static final int KILLS = 6;
  private static final int CHECKPOINTS = 15;

  @TempDir Path directory;

  @Test
  void what_was_durable_before_a_kill_is_there_and_nothing_else() throws Exception {
    long mark = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      long durable = writeUntilKilled(CHECKPOINTS + 7 * kill);
      assertThat(durable).isGreaterThan(mark);
      mark = checkedMark();
      assertThat(mark).as("kill %d", kill).isGreaterThanOrEqualTo(durable);
    }
  }

  /// The last mark that a process, killed after so many checkpoints, said is durable.
  private long writeUntilKilled(int checkpoints) throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                BPlusTreeVictim.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = 0;
    try (var output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (int i = 0; i < checkpoints; i++) {
        last = Long.parseLong(output.readLine());
      }
      // Not by the process itself, which would close its output as well.
      process.toHandle().destroyForcibly();
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        last = line.isEmpty() ? last : Math.max(last, Long.parseLong(line));
      }
    } finally {
      process.destroyForcibly();
      process.onExit().join();
    }
    return last;
  }

  /// The mark of what is left, which is the content that belongs to it.
  private long checkedMark() {
    try (var env =
        RealEnv.open(
            directory,
            "reader",
            failure -> {
              throw new AssertionError(failure);
            })) {
      try (var engine = BPlusTreeEngine.open(env, "engine", BPlusTreeVictim.options())) {
        var found = new TreeMap<Bytes, Bytes>();
        try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
          while (cursor.next()) {
            found.put(cursor.key(), cursor.value());
          }
        }
        assertThat(found).isEqualTo(BPlusTreeVictim.contentAt(engine.mark()));
        assertThat(engine.validate()).isPositive();
        return engine.mark();
      }
    }
  }
}
