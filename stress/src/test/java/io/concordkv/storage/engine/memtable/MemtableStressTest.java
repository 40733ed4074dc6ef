package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.table.BloomFilter;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.stress.Stress;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One thread writes a memtable and tells the moment of each write; others read at the moment told.
/// So each read is that of one moment between its beginning and its end.
final class MemtableStressTest {
  /// So many keys stand behind those that are written: a leaf lacks two, so some puts split it.
  private static final int BEHIND = PackedLeaf.MAX_KEYS - 2;

  private static final String[] STORIES = {
    "put 4 | put 3, put 2 | get 4, ceiling 3",
    "put 2, put 4 | put 3, delete 2 | written",
    "putTwo 1 | putTwo 1 | get 2, get 1",
    "put 1, put 3 | put 2, delete 1 | lower 4, lower 2",
    "putTwo 1 | deleteTwo 1, put 2 | written, get 2"
  };

  private static final String[] SPLITS = {
    "put 1, put 3 | put 2, put 4 | get 3, ceiling 2",
    "put 1, put 3 | put 2, delete 3 | written",
    "put 1, put 3 | putTwo 2 | lower 4, lower 12"
  };

  @ParameterizedTest
  @ValueSource(classes = {Packed.class, Linked.class})
  void a_read_is_of_one_moment(Class<?> shared) {
    Stress.real(shared, Model.class, STORIES);
    Stress.told(shared, Model.class, STORIES);
  }

  @Test
  void a_leaf_may_be_split_meanwhile() {
    Stress.real(Split.class, ModelBehind.class, SPLITS);
    Stress.told(Split.class, ModelBehind.class, SPLITS);
  }

  /// What a reader is told.
  private record Told(long sequence, MemtableRanges ranges) {}

  /// What is shared.
  @Param(name = "key", gen = IntGen.class, conf = "0:4")
  public abstract static class Shared {
    private final Memtable memtable;
    private volatile Told told = new Told(0, MemtableRanges.NONE);
    private int values;

    Shared(MemtableKind kind, int behind) {
      memtable = new Memtable(kind, 0, 0, 1024);
      for (int i = 0; i < behind; i++) {
        write(new WriteBatch().put(key(10 + i), Bytes.of("behind")));
      }
    }

    @Operation(nonParallelGroup = "writer")
    public void put(@Param(name = "key") int key) {
      write(new WriteBatch().put(key(key), Bytes.of("" + ++values)));
    }

    @Operation(nonParallelGroup = "writer")
    public void putTwo(@Param(name = "key") int key) {
      var value = Bytes.of("" + ++values);
      write(new WriteBatch().put(key(key), value).put(key(key + 1), value));
    }

    @Operation(nonParallelGroup = "writer")
    public void delete(@Param(name = "key") int key) {
      write(new WriteBatch().delete(key(key)));
    }

    @Operation(nonParallelGroup = "writer")
    public void deleteTwo(@Param(name = "key") int key) {
      write(new WriteBatch().deleteRange(new KeyRange(key(key), key(key + 2))));
    }

    private void write(WriteBatch batch) {
      long last = memtable.write(batch, told.sequence + 1);
      told = new Told(last, memtable.ranges());
    }

    @Operation
    public String get(@Param(name = "key") int key) {
      var now = told;
      var sought = key(key);
      var found = memtable.find(sought, BloomFilter.hash(sought), now.sequence, now.ranges);
      return found == null || found.value() == null ? "none" : found.value().toString();
    }

    @Operation
    public String ceiling(@Param(name = "key") int key) {
      var run = run();
      for (run.toCeiling(key(key)); run.valid() && run.value() == null; run.next()) {
        // It is deleted.
      }
      return here(run);
    }

    @Operation
    public String lower(@Param(name = "key") int key) {
      var run = run();
      for (run.toLower(key(key)); run.valid() && run.value() == null; run.previous()) {
        // It is deleted.
      }
      return here(run);
    }

    @Operation
    public String written() {
      var run = run();
      var text = new StringBuilder();
      for (run.toCeiling(key(0)); run.valid() && run.key().compareTo(key(10)) < 0; run.next()) {
        text.append(run.value() == null ? "" : here(run));
      }
      return text.toString();
    }

    private Run run() {
      var now = told;
      return memtable.run(now.sequence, now.ranges);
    }

    private static String here(Run run) {
      return run.valid() ? run.key() + "=" + run.value() + " " : "none";
    }
  }

  public static final class Packed extends Shared {
    public Packed() {
      super(MemtableKind.PACKED, 0);
    }
  }

  public static final class Linked extends Shared {
    public Linked() {
      super(MemtableKind.SKIPLIST, 0);
    }
  }

  public static final class Split extends Shared {
    public Split() {
      super(MemtableKind.PACKED, BEHIND);
    }
  }

  /// What one thread alone would see.
  public static class Model {
    private final TreeMap<Integer, String> pairs = new TreeMap<>();
    private int values;

    public Model() {
      this(0);
    }

    Model(int behind) {
      for (int i = 0; i < behind; i++) {
        pairs.put(10 + i, "behind");
      }
    }

    public final void put(int key) {
      pairs.put(key, "" + ++values);
    }

    public final void putTwo(int key) {
      pairs.put(key, "" + ++values);
      pairs.put(key + 1, "" + values);
    }

    public final void delete(int key) {
      pairs.remove(key);
    }

    public final void deleteTwo(int key) {
      pairs.remove(key);
      pairs.remove(key + 1);
    }

    public final String get(int key) {
      return pairs.getOrDefault(key, "none");
    }

    public final String ceiling(int key) {
      return first(pairs.tailMap(key, true));
    }

    public final String lower(int key) {
      return first(pairs.headMap(key, false).descendingMap());
    }

    public final String written() {
      var text = new StringBuilder();
      pairs.headMap(10).entrySet().forEach(each -> text.append(text(each)));
      return text.toString();
    }

    private static String first(SortedMap<Integer, String> some) {
      return some.isEmpty() ? "none" : text(some.entrySet().iterator().next());
    }

    private static String text(Map.Entry<Integer, String> pair) {
      return key(pair.getKey()) + "=" + pair.getValue() + " ";
    }
  }

  public static final class ModelBehind extends Model {
    public ModelBehind() {
      super(BEHIND);
    }
  }

  private static Bytes key(int number) {
    return Bytes.of("k%03d".formatted(number));
  }
}
