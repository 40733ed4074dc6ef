package io.concordkv.storage.engine.lsm.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.RealEnv;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real threads read real files of which few may be open, so that each is closed again and again
/// between the reads of others.
final class OpenTablesTest {
  private static final int TABLES = 8;
  private static final int MOST = 2;
  private static final int THREADS = 4;
  private static final int READS = 5000;

  @Test
  void who_reads_a_table_never_finds_it_closed(@TempDir Path directory) throws Exception {
    var failures = new ConcurrentLinkedQueue<Throwable>();
    try (var env = RealEnv.open(directory, "threads", failures::add);
        var threads = Executors.newFixedThreadPool(THREADS)) {
      var files = env.files();
      files.createDirectories("d");
      var open = new OpenTables(MOST);
      var values = new ValueFiles(files, "d");
      var tables = new ArrayList<Table>();
      for (int id = 0; id < TABLES; id++) {
        var settings = new TableWriter.Settings(64, 64, 0, Compression.NONE);
        var writer = new TableWriter(files, "d", id, settings);
        for (int i = 0; i < 100; i++) {
          writer.add(Bytes.of("key-%02d".formatted(i)), Bytes.of("value-%d-%d".formatted(id, i)));
        }
        tables.add(Table.open(files, "d", writer.finish(1), new BlockCache(0), open, values));
      }
      assertThat(open.count()).isZero();
      var readers = new ArrayList<CompletableFuture<Integer>>();
      for (int thread = 0; thread < THREADS; thread++) {
        var chance = new SplittableRandom(thread);
        readers.add(
            CompletableFuture.supplyAsync(
                () -> {
                  int most = 0;
                  for (int read = 0; read < READS; read++) {
                    int id = chance.nextInt(TABLES);
                    int i = chance.nextInt(100);
                    var key = Bytes.of("key-%02d".formatted(i));
                    assertThat(tables.get(id).get(key, BloomFilter.hash(key)))
                        .isEqualTo(Bytes.of("value-%d-%d".formatted(id, i)));
                    most = Math.max(most, open.count());
                  }
                  return most;
                },
                threads));
      }
      for (var reader : readers) {
        assertThat(reader.get()).isLessThanOrEqualTo(Math.max(MOST, THREADS));
      }
      assertThat(open.count()).isEqualTo(MOST);
      tables.forEach(Table::close);
      assertThat(open.count()).isZero();
    }
    assertThat(failures).isEmpty();
  }
}
