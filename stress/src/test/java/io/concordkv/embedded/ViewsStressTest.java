package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.stress.Stress;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.util.Map;
import java.util.TreeMap;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One thread writes to an engine in memory and publishes a view of it after each write; others
/// hold the newest view while they read. So each read is that of one moment, whatever is given up
/// meanwhile and used again.
final class ViewsStressTest {
  /// These engines only keep it.
  private static final SimEnv ENV = new Simulation(1).env("n1");

  private static final String[] STORIES = {
    "put 3 | put 2, put 1, delete 3 | get 3, all",
    "put 1, put 2 | put 1, put 1, put 1 | get 1, down | get 1, get 2",
    "put 1, put 2, put 3 | delete 2, put 2, delete 1 | all, down",
    "put 1 | delete 1, put 4, delete 4 | get 1, get 4 | all"
  };

  @ParameterizedTest
  @ValueSource(classes = {Lists.class, Trees.class, Pages.class, Hashes.class, Arrays.class})
  void a_read_is_of_one_moment(Class<?> shared) {
    Stress.real(shared, Model.class, STORIES);
    Stress.told(shared, Model.class, "put 3 | put 2, delete 3 | get 3, all");
  }

  @Param(name = "key", gen = IntGen.class, conf = "0:5")
  public abstract static class Shared {
    private final Engine engine;
    private final Published.Newest newest = new Published.Newest();
    private int values;

    Shared(String name) {
      engine = Engines.installed().open(ENV, name, "state", Map.of());
      publish();
    }

    private void publish() {
      newest.put(new Published(engine.view(), 0, () -> {}));
    }

    @Operation(nonParallelGroup = "writer")
    public void put(@Param(name = "key") int key) {
      engine.put(key(key), Bytes.of("value " + ++values));
      publish();
    }

    @Operation(nonParallelGroup = "writer")
    public void delete(@Param(name = "key") int key) {
      engine.delete(key(key));
      publish();
    }

    @Operation
    public String get(@Param(name = "key") int key) {
      var content = newest.take();
      try {
        var found = content.view.get(key(key));
        return found == null ? "none" : found.toString();
      } finally {
        content.release();
      }
    }

    @Operation
    public String all() {
      return walk(Order.ASCENDING);
    }

    @Operation
    public String down() {
      return walk(Order.DESCENDING);
    }

    private String walk(Order order) {
      var content = newest.take();
      try (var cursor = content.view.scan(KeyRange.ALL, order)) {
        var text = new StringBuilder();
        while (cursor.next()) {
          text.append(cursor.key()).append('=').append(cursor.value()).append(' ');
        }
        return text.toString();
      } finally {
        content.release();
      }
    }
  }

  public static final class Lists extends Shared {
    public Lists() {
      super("skiplist");
    }
  }

  public static final class Trees extends Shared {
    public Trees() {
      super("redblack");
    }
  }

  public static final class Pages extends Shared {
    public Pages() {
      super("bplustree-memory");
    }
  }

  public static final class Hashes extends Shared {
    public Hashes() {
      super("hash");
    }
  }

  public static final class Arrays extends Shared {
    public Arrays() {
      super("array");
    }
  }

  /// What one thread alone would see.
  public static final class Model {
    private final TreeMap<Integer, String> pairs = new TreeMap<>();
    private int values;

    public void put(int key) {
      pairs.put(key, "value " + ++values);
    }

    public void delete(int key) {
      pairs.remove(key);
    }

    public String get(int key) {
      return pairs.getOrDefault(key, "none");
    }

    public String all() {
      return text(pairs);
    }

    public String down() {
      return text(pairs.descendingMap());
    }

    private static String text(Map<Integer, String> some) {
      var text = new StringBuilder();
      some.forEach((key, value) -> text.append(key(key)).append('=').append(value).append(' '));
      return text.toString();
    }
  }

  private static Bytes key(int number) {
    return Bytes.of("k" + number);
  }
}
