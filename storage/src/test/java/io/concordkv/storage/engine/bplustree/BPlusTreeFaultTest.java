package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.env.Clock;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.StoredFile;
import io.concordkv.base.env.Workers;
import io.concordkv.testkit.SimDisk;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The same run again and again, with its n-th read, write or sync failing. Nothing that was
/// reported durable is lost.
final class BPlusTreeFaultTest {
  private static final int BATCHES = 60;

  private enum Call {
    READ,
    WRITE,
    SYNC
  }

  @Test
  void a_read_that_fails_loses_nothing() {
    failEach(Call.READ, disk -> disk.failReads("", 1), 20);
  }

  @Test
  void a_write_that_fails_half_way_loses_nothing() {
    failEach(Call.WRITE, disk -> disk.failWrites("", 1), 100);
  }

  @Test
  void a_sync_that_fails_loses_nothing() {
    failEach(Call.SYNC, disk -> disk.failSyncs("", 1), 60);
  }

  @Test
  void a_full_disk_loses_nothing() {
    int full = 0;
    for (long room = 0; ; room += 700) {
      long limit = room;
      var run = new ScriptedTree(room + 1, BATCHES, env -> env);
      boolean ended = run.script(() -> run.disk().limitSpace(limit));
      run.disk().limitSpace(Long.MAX_VALUE);
      run.checkWhatIsLeft(null);
      if (!ended) {
        break;
      }
      full++;
      assertThat(run.failures()).hasSize(1);
      assertThat(((FileException) run.failures().getFirst()).kind())
          .isEqualTo(FileException.Kind.NO_SPACE);
    }
    assertThat(full).isGreaterThan(20);
  }

  private static void failEach(Call call, Consumer<SimDisk> failure, int atLeast) {
    int n = 1;
    for (boolean ended = true; ended; n++) {
      var counter = new Counter(call, n, failure);
      var run = new ScriptedTree(n, BATCHES, env -> new CountedEnv(env, counter));
      counter.disk = run.disk();
      ended = run.script(() -> {});
      assertThat(run.failures()).as("%s %d", call, n).hasSize(ended ? 1 : 0);
      if (n % 2 == 0) {
        run.powerCut();
      }
      run.checkWhatIsLeft(null);
    }
    assertThat(n).isGreaterThan(atLeast);
  }

  private static final class Counter {
    private final Call call;
    private final Consumer<SimDisk> failure;
    private int left;
    private @Nullable SimDisk disk;

    Counter(Call call, int left, Consumer<SimDisk> failure) {
      this.call = call;
      this.left = left;
      this.failure = failure;
    }

    void count(Call made) {
      if (made == call && --left == 0) {
        failure.accept(Objects.requireNonNull(disk));
      }
    }
  }

  private record CountedEnv(Env env, Counter counter) implements Env {
    @Override
    public Clock clock() {
      return env.clock();
    }

    @Override
    public Scheduler loop() {
      return env.loop();
    }

    @Override
    public Workers workers() {
      return env.workers();
    }

    @Override
    public FileSystem files() {
      return new CountedFiles(env.files(), counter);
    }

    @Override
    public RandomGenerator random(String name) {
      return env.random(name);
    }

    @Override
    public byte[] entropy(int bytes) {
      return env.entropy(bytes);
    }

    @Override
    public boolean fault(String site) {
      return env.fault(site);
    }
  }

  private record CountedFiles(FileSystem files, Counter counter) implements FileSystem {
    @Override
    public StoredFile open(String path, Mode mode) {
      return new CountedFile(files.open(path, mode), counter);
    }

    @Override
    public boolean exists(String path) {
      return files.exists(path);
    }

    @Override
    public long size(String path) {
      return files.size(path);
    }

    @Override
    public void createDirectories(String path) {
      files.createDirectories(path);
    }

    @Override
    public List<String> list(String directory) {
      return files.list(directory);
    }

    @Override
    public void rename(String from, String to) {
      files.rename(from, to);
    }

    @Override
    public void link(String from, String to) {
      files.link(from, to);
    }

    @Override
    public void delete(String path) {
      files.delete(path);
    }

    @Override
    public void syncDirectory(String directory) {
      counter.count(Call.SYNC);
      files.syncDirectory(directory);
    }

    @Override
    public AutoCloseable lock(String path) {
      return files.lock(path);
    }

    @Override
    public long usableSpace() {
      return files.usableSpace();
    }

    @Override
    public String describe(String path) {
      return files.describe(path);
    }
  }

  private record CountedFile(StoredFile file, Counter counter) implements StoredFile {
    @Override
    public String path() {
      return file.path();
    }

    @Override
    public long size() {
      return file.size();
    }

    @Override
    public int read(long position, ByteBuffer target) {
      counter.count(Call.READ);
      return file.read(position, target);
    }

    @Override
    public void write(long position, ByteBuffer... sources) {
      counter.count(Call.WRITE);
      file.write(position, sources);
    }

    @Override
    public void preallocate(long bytes) {
      file.preallocate(bytes);
    }

    @Override
    public void truncate(long size) {
      file.truncate(size);
    }

    @Override
    public void sync() {
      counter.count(Call.SYNC);
      file.sync();
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
