package io.concordkv.storage.engine.lsm.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.RealEnv;
import io.concordkv.testkit.Gen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real threads read values of files that all of them open and close for one another, packed by
/// Zstd, whose unpacker is handed on from one to the next. A value says which it is, so what is
/// read is that or wrong.
final class ValueFileThreadsTest {
  private static final int THREADS = 4;
  private static final int TURNS = 4_000;
  private static final int FILES = 3;
  private static final int VALUES = 40;
  private static final String VALUE_DIRECTORY = "values";

  @Test
  void a_value_is_read_whole_whoever_opens_and_closes_its_file(@TempDir Path directory)
      throws Exception {
    var files = RealEnv.filesIn(directory);
    files.createDirectories(VALUE_DIRECTORY);
    var uses = new ArrayList<ValueUse>();
    var references = new ArrayList<ValueReference>();
    for (long id = 1; id <= FILES; id++) {
      var writer = new ValueWriter(files, VALUE_DIRECTORY, id, Compression.ZSTD);
      for (int i = 0; i < VALUES; i++) {
        references.add(writer.add(value(id, i)));
      }
      long bytes = writer.bytes();
      uses.add(new ValueUse(id, writer.finish(), bytes));
    }
    var open = new ValueFiles(files, VALUE_DIRECTORY);
    var opened = new AtomicLong();
    var closed = new AtomicLong();
    together(thread -> {
      var gen = new Gen(thread + 1L);
      for (int turn = 0; turn < TURNS; turn++) {
        int first = gen.below(FILES);
        var some = uses.subList(first, gen.between(first + 1, FILES));
        var held = open.hold(some, Copies.NONE);
        opened.addAndGet(held.size());
        int file = gen.below(held.size());
        int at = gen.below(VALUES);
        var found = held.get(file).read(references.get((first + file) * VALUES + at));
        if (!found.equals(value(first + file + 1, at))) {
          throw new AssertionError("another value is in file " + (first + file + 1));
        }
        closed.addAndGet(open.letGo(held).size());
      }
      return null;
    });
    assertThat(closed.get()).isPositive().isLessThanOrEqualTo(opened.get());
    // Nobody holds any of them, so the next one opens and closes all.
    assertThat(open.letGo(open.hold(uses, Copies.NONE)))
        .extracting(ValueFile::id)
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void one_file_is_opened_once_by_all_who_read_it_first(@TempDir Path directory) throws Exception {
    var files = RealEnv.filesIn(directory);
    files.createDirectories(VALUE_DIRECTORY);
    var writer = new ValueWriter(files, VALUE_DIRECTORY, 1, Compression.NONE);
    var reference = writer.add(value(1, 7));
    long bytes = writer.finish();
    for (int round = 0; round < 300; round++) {
      var file = new ValueFile(files, ValueFormat.path(VALUE_DIRECTORY, 1), 1, bytes);
      together(_ -> {
        assertThat(file.read(reference)).isEqualTo(value(1, 7));
        return null;
      });
      file.close();
    }
    // A second opening would have been left open.
    assertThat(openFiles(directory)).isZero();
  }

  @Test
  void what_threads_unpack_at_once_comes_back_as_it_was() throws Exception {
    together(thread -> {
      var gen = new Gen(thread + 1L);
      for (int turn = 0; turn < TURNS; turn++) {
        var compression = gen.oneOf(Compression.LZ4, Compression.SNAPPY, Compression.ZSTD);
        var value = value(thread, gen.below(VALUES));
        var packed = new BlockCodec(compression).pack(value, true, thread, turn);
        var stored = new byte[packed.remaining()];
        packed.get(stored);
        if (gen.oneIn(10)) {
          // Who fails does not hand a broken unpacker on.
          var broken = stored.clone();
          broken[gen.below(broken.length)] ^= 1;
          assertThat(BlockCodec.unpack(broken, thread, turn)).isNull();
        }
        var unpacked = BlockCodec.unpack(stored, thread, turn);
        if (unpacked == null || !Bytes.wrap(unpacked).equals(value)) {
          throw new AssertionError("another block came back from " + compression);
        }
      }
      return null;
    });
  }

  private static Bytes value(long file, int number) {
    return Bytes.of("file %d value %d; ".formatted(file, number).repeat(10 + 3 * number));
  }

  private static long openFiles(Path directory) throws IOException {
    var handles = Path.of("/proc/self/fd");
    if (!Files.isDirectory(handles)) {
      return 0;
    }
    long open = 0;
    try (var all = Files.list(handles)) {
      for (var handle : all.toList()) {
        if (handle.toFile().getCanonicalPath().startsWith(directory.toRealPath().toString())) {
          open++;
        }
      }
    }
    return open;
  }

  private interface Turn {
    Void run(int thread) throws Exception;
  }

  private static void together(Turn turn) throws Exception {
    var start = new CyclicBarrier(THREADS);
    try (var pool = Executors.newFixedThreadPool(THREADS)) {
      var running = new ArrayList<Future<Void>>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        Callable<Void> task =
            () -> {
              start.await();
              return turn.run(thread);
            };
        running.add(pool.submit(task));
      }
      for (var each : List.copyOf(running)) {
        each.get();
      }
    }
  }
}
