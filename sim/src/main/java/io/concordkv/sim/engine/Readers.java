package io.concordkv.sim.engine;

import io.concordkv.base.Bytes;
import io.concordkv.sim.violation.Violation;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Scrub;
import io.concordkv.storage.engine.View;
import io.concordkv.testkit.Gen;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Those who read what was while the engine goes on: held views, walks that rest half-way, scrubs.
final class Readers {
  private static final int MOST = 6;

  private final Gen gen;
  private final List<Held> views = new ArrayList<>();
  private final List<Walk> walks = new ArrayList<>();
  private final List<Scrub> scrubs = new ArrayList<>();

  Readers(Gen gen) {
    this.gen = gen;
  }

  private record Held(View view, Content content) {}

  private record Walk(Cursor cursor, Iterator<Map.Entry<Bytes, Bytes>> expected) {
    /// Goes on for some steps; false at the end.
    boolean step(int steps) {
      for (int i = 0; i < steps; i++) {
        boolean more = cursor.next();
        Violation.unless(
            more == expected.hasNext(),
            "engine.scan",
            more ? "a walk goes on with " + cursor.key() : "a walk ends too early");
        if (!more) {
          return false;
        }
        var pair = expected.next();
        Violation.unless(
            pair.getKey().equals(cursor.key()) && pair.getValue().equals(cursor.value()),
            "engine.scan",
            "a walk comes to " + cursor.key() + " where " + pair + " should be");
      }
      return true;
    }
  }

  /// Begins to read `engine`, which has `content`.
  void begin(Engine engine, Content content) {
    if (views.size() + walks.size() + scrubs.size() >= MOST) {
      goOn();
      return;
    }
    switch (gen.below(4)) {
      case 0 -> {
        var order = gen.flag() ? Order.ASCENDING : Order.DESCENDING;
        var expected = content.between(KeyRange.ALL, order).entrySet().iterator();
        walks.add(new Walk(engine.scan(KeyRange.ALL, order), expected));
      }
      case 1 -> {
        var files = engine.files();
        if (!files.isEmpty()) {
          var scrub = engine.scrub(gen.oneOf(files));
          if (scrub != null) {
            scrubs.add(scrub);
          }
        }
      }
      default -> views.add(new Held(engine.view(), content));
    }
  }

  /// Reads on; who is at the end lets go.
  void goOn() {
    if (!views.isEmpty()) {
      var held = gen.oneOf(views);
      held.content.expectAll("engine.view", held.view);
      held.content.expectGets("engine.view", held.view, keys(held.content));
      if (gen.oneIn(3)) {
        views.remove(held);
        held.view.close();
      }
    }
    if (!walks.isEmpty()) {
      var walk = gen.oneOf(walks);
      if (!walk.step(gen.between(1, 40))) {
        walks.remove(walk);
        walk.cursor.close();
      }
    }
    if (!scrubs.isEmpty()) {
      var scrub = gen.oneOf(scrubs);
      if (scrub.step(gen.between(1, 4000)) == 0) {
        scrubs.remove(scrub);
        scrub.close();
      }
    }
  }

  private List<Bytes> keys(Content content) {
    var all = List.copyOf(content.pairs().keySet());
    return all.isEmpty() ? List.of() : List.of(gen.oneOf(all), gen.oneOf(all));
  }

  /// Everybody lets go.
  void end() {
    walks.forEach(walk -> walk.cursor.close());
    scrubs.forEach(Scrub::close);
    views.forEach(held -> held.view.close());
    forget();
  }

  /// The process that they belonged to is dead.
  void forget() {
    walks.clear();
    scrubs.clear();
    views.clear();
  }
}
