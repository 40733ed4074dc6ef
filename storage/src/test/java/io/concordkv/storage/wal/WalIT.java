package io.concordkv.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.ByteReader;
import io.concordkv.base.env.RealEnv;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log on a real file system, its process killed while it writes.
final class WalIT {
  private static final int KILLS = 6;
  private static final int ACKNOWLEDGEMENTS = 40;

  @TempDir Path directory;

  @Test
  void what_was_acknowledged_before_a_kill_is_read_again_and_in_order() throws Exception {
    long next = 1;
    for (int kill = 0; kill < KILLS; kill++) {
      long acknowledged = writeUntilKilled(next, ACKNOWLEDGEMENTS * (kill + 1));
      var numbers = read();
      assertThat(numbers).as("kill %d", kill).hasSizeGreaterThanOrEqualTo((int) acknowledged);
      for (int i = 0; i < numbers.size(); i++) {
        assertThat(numbers.get(i)).isEqualTo(i + 1L);
      }
      next = numbers.size() + 1L;
    }
    assertThat(next).isGreaterThan((long) KILLS * ACKNOWLEDGEMENTS);
  }

  /// The last number that a process, killed after so many acknowledgements, was told is durable.
  private long writeUntilKilled(long first, int acknowledgements) throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                WalVictim.class.getName(),
                directory.toString(),
                Long.toString(first))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = first - 1;
    try (var output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (int i = 0; i < acknowledgements; i++) {
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

  private List<Long> read() {
    var numbers = new ArrayList<Long>();
    try (var env =
        RealEnv.open(
            directory,
            "reader",
            failure -> {
              throw new AssertionError(failure);
            })) {
      try (var wal =
          Wal.open(
              env,
              "wal",
              WalVictim.options(),
              record -> numbers.add(new ByteReader(record.payload()).u64()))) {
        assertThat(wal.tail()).isNotEqualTo(WalTail.LOST);
      }
    }
    return numbers;
  }
}
