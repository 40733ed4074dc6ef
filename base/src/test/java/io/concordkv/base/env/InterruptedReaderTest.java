package io.concordkv.base.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.env.FileSystem.Mode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The platform closes a channel under everybody when one who reads it is interrupted.
final class InterruptedReaderTest {
  @TempDir Path directory;

  private StoredFile open(Mode mode) {
    var files = RealEnv.filesIn(directory);
    try (var file = files.open("file", Mode.WRITE)) {
      file.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
    }
    return files.open("file", mode);
  }

  private static void read(StoredFile file) {
    var target = ByteBuffer.allocate(4);
    assertThat(file.read(0, target)).isEqualTo(4);
    assertThat(target.array()).containsExactly(1, 2, 3, 4);
  }

  @AfterEach
  void forget() {
    var _ = Thread.interrupted();
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE"})
  void one_who_is_interrupted_reads_and_so_does_everybody_after(Mode mode) {
    try (var file = open(mode)) {
      Thread.currentThread().interrupt();
      read(file);
      assertThat(file.size()).isEqualTo(4);
      assertThat(Thread.interrupted()).as("it is for the caller to deal with").isTrue();
      read(file);
      assertThat(file.size()).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE"})
  void an_interrupt_in_the_middle_of_a_read_harms_nobody(Mode mode) {
    try (var file = open(mode);
        var pool = Executors.newFixedThreadPool(2)) {
      var done = new AtomicBoolean();
      var reads = new AtomicInteger();
      var reader = new CompletableFuture<Thread>();
      var interrupted =
          CompletableFuture.runAsync(
              () -> {
                reader.complete(Thread.currentThread());
                while (!done.get()) {
                  read(file);
                  reads.incrementAndGet();
                }
              },
              pool);
      var other =
          CompletableFuture.runAsync(
              () -> {
                while (!done.get()) {
                  read(file);
                  if (mode == Mode.WRITE) {
                    file.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
                  }
                }
              },
              pool);
      while (reads.get() < 2_000 && !interrupted.isDone() && !other.isDone()) {
        reader.join().interrupt();
      }
      done.set(true);
      interrupted.join();
      other.join();
    }
  }

  @Test
  void a_closed_file_stays_closed() {
    var file = open(Mode.READ);
    file.close();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> read(file)).isInstanceOf(FileException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThatThrownBy(() -> read(file)).isInstanceOf(FileException.class);
  }
}
