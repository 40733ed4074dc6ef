package io.concordkv.sim.engine;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.sim.violation.Violation;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.PowerCut;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One seed: writes to an engine, reads it, harms its disk and ends its process, and compares
/// whatever it says with a model. At the end all is well again, and it has to have everything.
public final class EngineRun {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final int TRIES = 6;

  private final EngineSetup setup;
  private final Consumer<String> story;
  private final Engines engines = Engines.installed();
  private final Machine machine;
  private final Gen gen;
  private final Keys keys;
  private final Readers readers;
  private final boolean durable;
  private final List<Expected.Copy> copies = new ArrayList<>();
  private Expected expected = new Expected(Content.NOTHING);
  private String directory = "engine-0";
  private int directories;
  private @Nullable Engine engine;
  private @Nullable Pending pending;
  private int batches;
  private int losses;

  /// An engine in memory comes back with what its directory had at the beginning.
  private Content beginning = Content.NOTHING;

  /// A new content that is being built.
  private record Pending(Replacement replacement, TreeMap<Bytes, Bytes> pairs, List<Bytes> left) {}

  private EngineRun(EngineSetup setup, Consumer<String> story) {
    this.setup = setup;
    this.story = story;
    machine = new Machine("engine", setup.seed(), setup.has(Trouble.BUGGIFY), this::tell);
    gen = new Gen(machine.simulation().random("work").nextLong());
    keys = new Keys(gen.fork());
    readers = new Readers(gen.fork());
    durable = engines.provider(setup.engine()).durable();
  }

  /// Runs `seed`; `engine` null lets it choose one.
  public static EngineReport run(long seed, @Nullable String engine) {
    return run(EngineSetup.draw(seed, engine), _ -> {});
  }

  /// As [#run], and hands everything that happens to `story`, line by line.
  public static EngineReport tell(long seed, @Nullable String engine, Consumer<String> story) {
    var setup = EngineSetup.draw(seed, engine);
    story.accept(setup.toString());
    return run(setup, story);
  }

  private static EngineReport run(EngineSetup setup, Consumer<String> story) {
    var run = new EngineRun(setup, story);
    try {
      run.work();
      return run.report(null);
    } catch (Violation violation) {
      return run.report(violation);
    } catch (RuntimeException | Error failure) {
      return run.report(new Violation("simulator", failure.toString(), failure));
    }
  }

  private EngineReport report(@Nullable Violation violation) {
    if (violation != null) {
      tell(String.valueOf(violation.getMessage()));
    }
    return new EngineReport(
        setup.seed(),
        setup.engine(),
        machine.simulation().trace(),
        machine.simulation().nanos(),
        batches,
        machine.crashes(),
        machine.faults(),
        losses,
        machine.simulation().marks(),
        violation);
  }

  private void tell(String what) {
    story.accept("%12.6f %s".formatted(machine.simulation().nanos() / 1e9, what));
  }

  private void work() {
    recover();
    for (int step = 0; step < setup.steps(); step++) {
      attempt(this::act);
    }
    machine.heal();
    attempt(this::calm);
    machine.heal();
    attempt(this::calm);
    machine.simulation().note(expected.now().pairs().hashCode());
  }

  /// Does something in which the process may die; then another one takes over.
  private void attempt(Runnable action) {
    if (machine.alive()) {
      try {
        action.run();
      } catch (PowerCut _) {
        tell("it died");
      } catch (RuntimeException | Error failure) {
        machine.excuse(failure);
      }
    }
    if (!machine.alive()) {
      readers.forget();
      pending = null;
      engine = null;
      machine.restart(setup.has(Trouble.CRASHES));
      recover();
    } else if (engine != null && durable) {
      expected.durable(engine.durableMark());
    }
  }

  private Engine engine() {
    return Objects.requireNonNull(engine);
  }

  private void act() {
    switch (gen.weighted(40, 12, 8, 10, 12, 6, 3, 2, 2, 3, 3, 3, 2, 2, 2, 20, 3)) {
      case 0 -> write();
      case 1 -> get();
      case 2 -> scan();
      case 3 -> readers.begin(engine(), expected.now());
      case 4 -> readers.goOn();
      case 5 -> engine().flush();
      case 6 -> engine().sync();
      case 7 -> engine().reclaim();
      case 8 -> when(Trouble.RESTARTS, this::closeAndOpen);
      case 9 -> when(Trouble.COPIES, this::copy);
      case 10 -> when(Trouble.REPLACEMENTS, this::replace);
      case 11 -> when(Trouble.CRASHES, machine::strike);
      case 12 -> when(Trouble.BAD_DISK, machine::spoil);
      case 13 -> when(Trouble.FULL_DISK, machine::fill);
      case 14 -> when(Trouble.ROT, () -> machine.rot(""));
      case 15 -> machine.runFor(Duration.ofNanos(gen.below(3_000_000)));
      default -> machine.runFor(Duration.ofMillis(gen.below(2000)));
    }
  }

  private void when(Trouble trouble, Runnable action) {
    if (setup.has(trouble)) {
      action.run();
    }
  }

  private void write() {
    if (engine().stalled() && !gen.oneIn(8)) {
      machine.runFor(Duration.ofMillis(5));
      return;
    }
    var batch = keys.batch(expected.now().mark() + 1);
    batches++;
    // Known before it is done: a process that dies in it may have done it.
    expected.add(expected.now().after(batch));
    tell("write " + batch.changes().size() + " changes, mark " + batch.mark());
    engine().write(batch);
    Violation.unless(
        engine().mark() == batch.mark(), "engine.mark", "the mark is " + engine().mark());
  }

  private void get() {
    var some = new ArrayList<Bytes>();
    for (int i = 0; i < 8; i++) {
      some.add(keys.key());
    }
    expected.now().expectGets("engine.get", engine(), some);
  }

  private void scan() {
    var range = keys.range();
    var order = gen.flag() ? Order.ASCENDING : Order.DESCENDING;
    var skip = gen.oneIn(3) ? keys.key() : null;
    int most = gen.flag() ? Integer.MAX_VALUE : gen.below(20);
    boolean inside = skip == null || range.contains(skip);
    expected.now().expectScan("engine.scan", engine(), range, order, inside ? skip : null, most);
    expected.now().expectCount("engine.count", engine(), range);
  }

  private void closeAndOpen() {
    tell("closed and opened");
    readers.end();
    pending = null;
    if (gen.flag()) {
      engine().sync();
    }
    engine().close();
    engine = null;
    recover();
  }

  /// Opens what there is, as often as that fails for a reason, and compares it.
  private void recover() {
    for (int tries = 1; engine == null; tries++) {
      if (tries == TRIES) {
        machine.heal();
      }
      try {
        var opened = open(directory);
        engine = opened;
        check(opened);
      } catch (PowerCut _) {
        engine = null;
        machine.restart(tries < TRIES);
      } catch (FileException failure) {
        engine = null;
        machine.excuse(failure);
        machine.restart(tries < TRIES);
      } catch (CorruptionError damage) {
        engine = null;
        machine.excuse(damage);
        beginAnew();
      }
    }
  }

  private Engine open(String from) {
    return engines.open(machine.env(), setup.engine(), from, setup.settings());
  }

  private void check(Engine opened) {
    tell("opened with mark " + opened.mark());
    Violation.unless(
        opened.durableMark() == opened.mark(), "engine.mark", "what was opened is not durable");
    if (!durable) {
      expected = new Expected(beginning);
    }
    // Damage of the newest record of a manifest looks like one that a power cut tore off, as long
    // as
    // what confirms it is not on the medium. Who owns the engine knows by the mark what is missing.
    boolean older = machine.damaged() && setup.engine().equals("lsm");
    expected.recovered(opened.mark(), Content.all(opened), older);
  }

  /// What was damaged is thrown away.
  private void beginAnew() {
    losses++;
    machine.heal();
    machine.cure();
    machine.restart(false);
    engines.destroy(machine.env().files(), setup.engine(), directory);
    copies.clear();
    beginning = Content.NOTHING;
    expected = new Expected(beginning);
    directory = "engine-" + ++directories;
  }

  /// Makes a copy, or looks at one that is finished.
  private void copy() {
    if (copies.isEmpty()) {
      var copy = expected.copy("copy-" + ++directories);
      copies.add(copy);
      tell("a checkpoint in " + copy.directory);
      engine()
          .checkpoint(
              copy.directory,
              () -> {
                tell("it is finished");
                expected.finished(copy);
              });
      return;
    }
    var copy = copies.removeFirst();
    if (!copy.finished) {
      return;
    }
    var opened = open(copy.directory);
    var content = copy.among(opened.mark(), Content.all(opened));
    if (gen.oneIn(3)) {
      tell("goes on with " + copy.directory);
      readers.end();
      pending = null;
      engine().close();
      engine = opened;
      directory = copy.directory;
      beginning = content;
      expected = new Expected(content);
    } else {
      opened.close();
    }
  }

  /// Begins to build a new content, goes on with it, or takes it over.
  private void replace() {
    var building = pending;
    if (building == null) {
      var pairs = new TreeMap<Bytes, Bytes>();
      for (int i = gen.below(60); i > 0; i--) {
        pairs.put(keys.key(), keys.value());
      }
      var left = new ArrayList<>(pairs.keySet());
      pending = new Pending(engine().replacement(), pairs, left);
      return;
    }
    boolean whole = gen.oneIn(3);
    for (int i = gen.below(40); !building.left.isEmpty() && (whole || i > 0); i--) {
      var key = building.left.removeFirst();
      building.replacement.add(key, Objects.requireNonNull(building.pairs.get(key)));
    }
    if (!building.left.isEmpty()) {
      return;
    }
    pending = null;
    if (gen.oneIn(4)) {
      tell("a new content is given up");
      if (gen.flag()) {
        building.replacement.seal();
      }
      building.replacement.abandon();
      return;
    }
    takeOver(building);
  }

  private void takeOver(Pending building) {
    long mark = Math.max(1, expected.now().mark() + gen.between(-3, 10));
    building.replacement.seal();
    tell("a new content takes over, mark " + mark);
    expected.add(new Content(mark, building.pairs));
    var done = new boolean[1];
    engine().replaceWith(building.replacement, mark, () -> done[0] = true);
    boolean taken = machine.simulation().runUntil(() -> done[0] || !machine.env().alive(), LONG);
    Violation.unless(taken, "engine.stands-still", "a new content is not taken over");
    if (done[0]) {
      expected.settle();
    }
  }

  /// Nothing is wrong any more: all becomes durable by itself, and is there.
  private void calm() {
    var all = expected.now();
    engine().flush();
    machine.runFor(LONG);
    if (!machine.alive() || engine().damage() != null) {
      return;
    }
    readers.end();
    Violation.unless(
        engine().durableMark() == all.mark(),
        "engine.stands-still",
        "durable is " + engine().durableMark() + " of " + all.mark());
    all.expectAll("engine.scan", engine());
    all.expectScan(
        "engine.scan", engine(), KeyRange.ALL, Order.DESCENDING, null, Integer.MAX_VALUE);
    all.expectGets("engine.get", engine(), List.copyOf(all.pairs().keySet()));
    if (durable) {
      expected.settle();
      machine.end(gen.flag());
    }
  }
}
