package io.concordkv.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.TinyOptions;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// One history of operations, run by a tree map and by all engines under different settings:
/// whatever they are asked, all answer alike.
final class EngineProperty {
  /// One of several, so that each run has a mixture.
  private static final List<List<Kind>> KINDS =
      List.of(
          List.of(new Kind("array", "mode=append"), new Kind("array", "mode=sorted")),
          List.of(new Kind("redblack", "")),
          List.of(new Kind("hash", "page-slots=8"), new Kind("hash", "")),
          List.of(new Kind("skiplist", "")),
          List.of(
              new Kind("bplustree-memory", "order=3"),
              new Kind("bplustree-memory", "order=5"),
              new Kind("bplustree-memory", "")),
          List.of(new Kind("jsonfile", "")),
          List.of(
              new Kind(
                  "bplustree",
                  "unit-bytes=256 max-leaf-units=2 branch-units=1 delta-bytes=4096 max-deltas=3"
                      + " cache-bytes=16384"),
              new Kind("bplustree", "")),
          List.of(
              new Kind(
                  "bplustree",
                  "unit-bytes=128 max-leaf-units=1 branch-units=1 delta-bytes=1024 max-deltas=2"
                      + " cache-bytes=0")),
          List.of(new Kind("lsm", TinyOptions.COMPRESSED_SETTINGS), new Kind("lsm", "")),
          List.of(
              new Kind("lsm", TinyOptions.PLAIN_SETTINGS),
              new Kind("lsm", TinyOptions.TIERED_SETTINGS)),
          List.of(
              new Kind("lsm", TinyOptions.TIERED_SETTINGS),
              new Kind("lsm", TinyOptions.TIERED_ONE_AT_ONCE_SETTINGS)),
          List.of(
              new Kind("lsm", TinyOptions.SEPARATED_SETTINGS),
              new Kind("lsm", TinyOptions.SEPARATED_TIERED_SETTINGS)),
          List.of(
              new Kind("lsm", TinyOptions.NO_FILTER_SETTINGS),
              new Kind("lsm", TinyOptions.ONE_KEY_BLOCK_SETTINGS)),
          List.of(
              new Kind("lsm", TinyOptions.PREFIX_SETTINGS),
              new Kind("lsm", TinyOptions.DELIMITER_SETTINGS)));

  /// @param settings as `name=value`, with spaces between them
  private record Kind(String name, String settings) {
    Map<String, String> map() {
      return TinyOptions.map(settings);
    }
  }

  private record Held(NavigableMap<Bytes, Bytes> expected, List<View> views) {}

  @Test
  void all_engines_answer_as_a_tree_map_does() {
    Gen.check(12, gen -> new Run(gen).run());
  }

  private static final class Run {
    private final Gen gen;
    private final Simulation simulation;
    private final List<Kind> kinds;
    private final List<Engine> engines = new ArrayList<>();
    private int generation;
    private final List<Held> held = new ArrayList<>();
    private TreeMap<Bytes, Bytes> model = new TreeMap<>();
    private final int keyLength;
    private long mark;

    Run(Gen gen) {
      this.gen = gen;
      this.simulation = new Simulation(gen.seed());
      this.keyLength = gen.between(2, 5);
      this.kinds = new ArrayList<>(KINDS.stream().map(gen::oneOf).toList());
      for (int i = 0; i < kinds.size(); i++) {
        engines.add(open(i));
      }
    }

    void run() {
      int steps = gen.between(50, 600);
      for (int step = 0; step < steps; step++) {
        switch (gen.weighted(40, 10, 6, 5, 4, 3, 2, 1, 1, 5, 1, 1, 10, 1)) {
          case 0 -> write(gen.between(1, 4));
          case 1 -> write(gen.between(20, 100));
          case 2 -> get(model, List.copyOf(engines));
          case 3 -> scan(model, List.copyOf(engines));
          case 4 -> hold();
          case 5 -> letGo();
          case 6 -> engines.forEach(Engine::flush);
          case 7 -> reopen();
          case 8 -> replace();
          case 9 -> single();
          case 10 -> moveToCheckpoint();
          case 11 -> engines.forEach(Engine::reclaim);
          case 13 -> check();
          default -> simulation.runFor(Duration.ofNanos(gen.between(0, 3_000_000)));
        }
        if (!held.isEmpty() && gen.oneIn(4)) {
          var some = gen.oneOf(held);
          get(some.expected(), List.copyOf(some.views()));
          scan(some.expected(), List.copyOf(some.views()));
        }
      }
      while (!held.isEmpty()) {
        letGo();
      }
      simulation.runFor(Duration.ofMinutes(5));
      check();
      for (var engine : engines) {
        engine.sync();
        assertThat(engine.mark()).isEqualTo(mark);
        assertThat(engine.durableMark()).isEqualTo(mark);
      }
      for (int i = 0; i < kinds.size(); i++) {
        if (!kinds.get(i).name().equals("lsm")) {
          assertThat(engines.get(i).count()).as(kinds.get(i).name()).isEqualTo(model.size());
        }
      }
    }

    private void check() {
      for (var engine : engines) {
        assertThat(walk(engine, KeyRange.ALL, Order.ASCENDING)).isEqualTo(entries(model));
        assertThat(walk(engine, KeyRange.ALL, Order.DESCENDING))
            .isEqualTo(entries(model.descendingMap()));
      }
    }

    private void write(int size) {
      var batch = new WriteBatch().mark(++mark);
      for (int i = 0; i < size; i++) {
        var key = gen.smallBytes(keyLength);
        if (gen.oneIn(20)) {
          var range = range();
          batch.deleteRange(range);
          between(model, range).clear();
        } else if (gen.oneIn(3)) {
          batch.delete(key);
          model.remove(key);
        } else {
          var value = gen.flag() ? gen.smallBytes(40) : gen.bytes(40);
          batch.put(key, value);
          model.put(key, value);
        }
      }
      engines.forEach(engine -> engine.write(batch));
    }

    /// One key, by itself, with or without a look at what it was.
    private void single() {
      var key = gen.smallBytes(keyLength);
      var tail = gen.bytes(3);
      switch (gen.below(3)) {
        case 0 -> {
          engines.forEach(engine -> engine.put(key, tail));
          model.put(key, tail);
        }
        case 1 -> {
          engines.forEach(engine -> engine.delete(key));
          model.remove(key);
        }
        default -> {
          UnaryOperator<@Nullable Bytes> change =
              before -> before == null ? tail : tail.isEmpty() ? null : before.plus(tail);
          var after = change.apply(model.get(key));
          engines.forEach(engine -> assertThat(engine.update(key, change)).isEqualTo(after));
          if (after == null) {
            model.remove(key);
          } else {
            model.put(key, after);
          }
        }
      }
      // Without it a reopening would not know of the change.
      var batch = new WriteBatch().mark(++mark);
      engines.forEach(engine -> engine.write(batch));
    }

    private void get(NavigableMap<Bytes, Bytes> expected, List<View> views) {
      var keys = new ArrayList<Bytes>();
      var values = new ArrayList<@Nullable Bytes>();
      for (int i = 0; i < 10; i++) {
        keys.add(gen.smallBytes(keyLength));
        values.add(expected.get(keys.getLast()));
      }
      var range = KeyRange.prefix(gen.smallBytes(2));
      int inRange = between(expected, range, Order.ASCENDING).size();
      for (var view : views) {
        assertThat(view.getAll(keys)).isEqualTo(values);
        assertThat(view.count(range)).isEqualTo(inRange);
      }
    }

    private void scan(NavigableMap<Bytes, Bytes> expected, List<View> views) {
      var order = gen.flag() ? Order.ASCENDING : Order.DESCENDING;
      var range = range();
      var inRange = between(expected, range, order);
      var seek = gen.oneIn(3) ? null : gen.smallBytes(keyLength);
      int before = gen.below(4);
      int after = gen.below(30);
      var answer = modelWalk(inRange, order, seek, before, after);
      for (var view : views) {
        assertThat(engineWalk(view, range, order, seek, before, after))
            .as("%s %s from %s after %s", range, order, seek, before)
            .isEqualTo(answer);
      }
    }

    /// Some steps, a seek unless it would go back, and some more steps. A seek to where it stands
    /// stays there.
    private static List<Map.Entry<Bytes, Bytes>> modelWalk(
        NavigableMap<Bytes, Bytes> pairs,
        Order order,
        @Nullable Bytes seek,
        int before,
        int after) {
      var walked = new ArrayList<Map.Entry<Bytes, Bytes>>();
      var rest = pairs;
      for (int i = 0; i < before && !rest.isEmpty(); i++) {
        walked.add(rest.firstEntry());
        rest = rest.tailMap(rest.firstKey(), false);
      }
      int steps = after;
      boolean ended = walked.size() < before;
      if (seek != null && !ended && !isBehind(walked, seek, order)) {
        rest = pairs.tailMap(seek, true);
        steps++;
      }
      for (var pair : rest.entrySet()) {
        if (steps-- == 0 || ended) {
          break;
        }
        walked.add(pair);
      }
      return entries(walked);
    }

    private static boolean isBehind(List<Map.Entry<Bytes, Bytes>> walked, Bytes seek, Order order) {
      if (walked.isEmpty()) {
        return false;
      }
      int ahead = seek.compareTo(walked.getLast().getKey());
      return order == Order.ASCENDING ? ahead < 0 : ahead > 0;
    }

    private static List<Map.Entry<Bytes, Bytes>> engineWalk(
        View view, KeyRange range, Order order, @Nullable Bytes seek, int before, int after) {
      var walked = new ArrayList<Map.Entry<Bytes, Bytes>>();
      try (var cursor = view.scan(range, order)) {
        boolean valid = true;
        for (int i = 0; i < before && valid; i++) {
          valid = cursor.next();
          if (valid) {
            walked.add(Map.entry(cursor.key(), cursor.value()));
          }
        }
        if (valid && seek != null && !isBehind(walked, seek, order)) {
          valid = cursor.seek(seek);
          if (valid) {
            walked.add(Map.entry(cursor.key(), cursor.value()));
          }
        }
        for (int i = 0; i < after && valid; i++) {
          valid = cursor.next();
          if (valid) {
            walked.add(Map.entry(cursor.key(), cursor.value()));
          }
        }
        if (!valid) {
          assertThat(cursor.next()).isFalse();
        }
      }
      return walked;
    }

    private void hold() {
      if (held.size() < 5) {
        held.add(new Held(new TreeMap<>(model), engines.stream().map(Engine::view).toList()));
      }
    }

    private void letGo() {
      if (!held.isEmpty()) {
        held.remove(gen.below(held.size())).views().forEach(View::close);
      }
    }

    /// Those that are durable; a view ends with its engine.
    private void reopen() {
      engines.forEach(Engine::sync);
      letAllGo();
      for (int i = 0; i < kinds.size(); i++) {
        if (Engines.installed().provider(kinds.get(i).name()).durable()) {
          engines.get(i).close();
          if (kinds.get(i).name().equals("lsm")) {
            // Its tables say how they were written, so another opening may set it otherwise.
            kinds.set(i, gen.oneOf(KINDS.get(i)));
          }
          engines.set(i, open(i));
          assertThat(engines.get(i).mark()).isEqualTo(mark);
        }
      }
    }

    /// All go on with a checkpoint of themselves.
    private void moveToCheckpoint() {
      letAllGo();
      generation++;
      var done = new int[1];
      engines.forEach(engine -> engine.checkpoint(directory(), () -> done[0]++));
      assertThat(simulation.runUntil(() -> done[0] == engines.size(), Duration.ofSeconds(10)))
          .isTrue();
      for (int i = 0; i < kinds.size(); i++) {
        engines.get(i).close();
        engines.set(i, open(i));
        assertThat(engines.get(i).mark()).isEqualTo(mark);
      }
    }

    private void letAllGo() {
      while (!held.isEmpty()) {
        letGo();
      }
    }

    private String directory() {
      return "engine-" + generation;
    }

    private void replace() {
      mark = Math.max(1, mark - 3);
      model = new TreeMap<>(model.subMap(Bytes.EMPTY, gen.smallBytes(keyLength)));
      for (int i = 0; i < gen.below(50); i++) {
        model.put(gen.smallBytes(keyLength), gen.bytes(30));
      }
      var done = new int[1];
      for (var engine : engines) {
        var replacement = engine.replacement();
        model.forEach(replacement::add);
        replacement.seal();
        engine.replaceWith(replacement, mark, () -> done[0]++);
      }
      assertThat(simulation.runUntil(() -> done[0] == engines.size(), Duration.ofSeconds(10)))
          .isTrue();
    }

    /// One of them is measured, which must not show.
    private Engine open(int i) {
      var kind = kinds.get(i);
      var env = simulation.env("n" + i);
      var engine = Engines.installed().open(env, kind.name(), directory(), kind.map());
      return i == gen.seed() % kinds.size() ? new MeasuredEngine(engine, env.clock(), 3) : engine;
    }

    private static NavigableMap<Bytes, Bytes> between(
        NavigableMap<Bytes, Bytes> pairs, KeyRange range, Order order) {
      var inside = between(pairs, range);
      return new TreeMap<>(order == Order.ASCENDING ? inside : inside.descendingMap());
    }

    private static NavigableMap<Bytes, Bytes> between(
        NavigableMap<Bytes, Bytes> pairs, KeyRange range) {
      if (range.isEmpty()) {
        return new TreeMap<>();
      }
      var to = range.to();
      var from = pairs.tailMap(range.from(), true);
      return to == null ? from : from.headMap(to, false);
    }

    /// Mostly without much in it, sometimes everything.
    private KeyRange range() {
      if (gen.oneIn(3)) {
        return KeyRange.prefix(gen.smallBytes(2));
      }
      var to = gen.oneIn(3) ? null : gen.smallBytes(keyLength);
      return new KeyRange(gen.oneIn(3) ? Bytes.EMPTY : gen.smallBytes(keyLength), to);
    }

    private static List<Map.Entry<Bytes, Bytes>> walk(View view, KeyRange range, Order order) {
      return engineWalk(view, range, order, null, 0, Integer.MAX_VALUE);
    }

    private static List<Map.Entry<Bytes, Bytes>> entries(Map<Bytes, Bytes> pairs) {
      return entries(List.copyOf(pairs.entrySet()));
    }

    private static List<Map.Entry<Bytes, Bytes>> entries(List<Map.Entry<Bytes, Bytes>> pairs) {
      return pairs.stream().map(pair -> Map.entry(pair.getKey(), pair.getValue())).toList();
    }
  }
}
