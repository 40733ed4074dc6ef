package io.concordkv.storage.engine.lsm.table;

import static io.concordkv.stress.Stress.shared;
import static io.concordkv.stress.Stress.together;

import io.concordkv.base.Check;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import io.concordkv.stress.Stress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class OpenTablesStressTest {
  /// Files that know whether they are open, and how many are.
  private static final class Watched implements FileSystem {
    final AtomicInteger open = new AtomicInteger();

    @Override
    public StoredFile open(String path, Mode mode) {
      open.incrementAndGet();
      return new WatchedFile(this, path);
    }

    @Override
    public boolean exists(String path) {
      return true;
    }

    @Override
    public long size(String path) {
      return 0;
    }

    @Override
    public void createDirectories(String path) {}

    @Override
    public List<String> list(String directory) {
      return List.of();
    }

    @Override
    public void rename(String from, String to) {}

    @Override
    public void link(String from, String to) {}

    @Override
    public void delete(String path) {}

    @Override
    public void syncDirectory(String directory) {}

    @Override
    public AutoCloseable lock(String path) {
      return () -> {};
    }

    @Override
    public long usableSpace() {
      return 0;
    }

    @Override
    public String describe(String path) {
      return path;
    }
  }

  private static final class WatchedFile implements StoredFile {
    private final Watched all;
    private final String path;
    private volatile boolean closed;

    WatchedFile(Watched all, String path) {
      this.all = all;
      this.path = path;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public long size() {
      return 0;
    }

    @Override
    public int read(long position, ByteBuffer target) {
      Check.that(!closed, "a file is read only while it is open");
      return 0;
    }

    @Override
    public void write(long position, ByteBuffer... sources) {}

    @Override
    public void preallocate(long bytes) {}

    @Override
    public void truncate(long size) {}

    @Override
    public void sync() {}

    @Override
    public void close() {
      Check.that(!closed, "a file is closed once");
      closed = true;
      all.open.decrementAndGet();
    }
  }

  private static void read(TableFile table) {
    int read = table.read(file -> file.read(0, ByteBuffer.allocate(0)));
    Check.that(read == 0, "nothing is in it");
  }

  @Test
  void a_file_is_not_closed_while_it_is_read() {
    Stress.told(() -> {
      var files = shared(new Watched());
      var open = shared(new OpenTables(1));
      var one = shared(new TableFile(open, files, "one"));
      var two = shared(new TableFile(open, files, "two"));
      read(one);
      together(() -> read(two), () -> read(one));
      Check.that(open.count() <= 1, "no more are open than allowed");
      end(files, open, one, two);
    });
  }

  @Test
  void a_file_that_two_open_at_once_is_closed_by_one_of_them() {
    Stress.told(() -> {
      var files = shared(new Watched());
      var open = shared(new OpenTables(1));
      var one = shared(new TableFile(open, files, "one"));
      together(() -> read(one), () -> read(one));
      end(files, open, one);
    });
  }

  private static void end(Watched files, OpenTables open, TableFile... tables) {
    Check.that(open.count() == files.open.get(), "those that are open are counted");
    for (var table : tables) {
      table.close();
    }
    Check.that(files.open.get() == 0, "all are closed");
  }
}
