package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// An engine that is open during a test, and what tests of engines say often.
public abstract class OpenedEngine {
  protected Engine engine;

  /// The engine in `directory`, an empty one if there is none.
  protected abstract Engine open(String directory);

  protected final Engine open() {
    return open("engine");
  }

  /// Lets everything happen that waits on the loop or at a worker.
  protected abstract void settle();

  @BeforeEach
  void open_an_engine() {
    engine = open();
  }

  @AfterEach
  void close_it() {
    engine.close();
    settle();
  }

  protected final void put(String key, String value) {
    engine.write(new WriteBatch().put(key(key), key(value)));
  }

  protected final void flushed() {
    engine.flush();
    settle();
  }

  protected static Bytes key(String text) {
    return Bytes.of(text);
  }

  protected static List<String> pairs(View view, KeyRange range, Order order) {
    var pairs = new ArrayList<String>();
    try (var cursor = view.scan(range, order)) {
      while (cursor.next()) {
        pairs.add(cursor.key().toUtf8() + "=" + cursor.value().toUtf8());
      }
    }
    return pairs;
  }

  protected final void fill(String... keys) {
    for (var key : keys) {
      put(key, key);
      engine.flush();
    }
  }
}
