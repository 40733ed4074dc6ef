package io.concordkv.sim.store;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.embedded.HostedStore;
import io.concordkv.sim.engine.EngineReport;
import io.concordkv.sim.engine.Machine;
import io.concordkv.sim.violation.Violation;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.PowerCut;
import io.concordkv.testkit.SimEnv;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One seed: clients use a store, whose machine dies and whose disk is harmed, and what they saw is
/// compared with a model. At the end all is well again, and it has to have everything.
public final class StoreRun {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int TRIES = 6;
  private static final String LOG = "log/";

  private final StoreSetup setup;
  private final Consumer<String> story;
  private final Machine machine;
  private final Gen gen;
  private final Operator operator;
  private Ledger ledger = new Ledger();
  private @Nullable HostedStore store;
  private boolean stopping;
  private boolean ended;
  private int lives;
  private int commits;
  private int losses;

  private StoreRun(StoreSetup setup, Consumer<String> story) {
    this.setup = setup;
    this.story = story;
    machine = new Machine("store", setup.seed(), setup.has(Trouble.BUGGIFY), this::tell);
    gen = new Gen(machine.simulation().random("work").nextLong());
    operator = new Operator(setup, gen.fork());
  }

  /// Runs `seed`; `engine` null lets it choose one.
  public static EngineReport run(long seed, @Nullable String engine) {
    return run(StoreSetup.draw(seed, engine), _ -> {});
  }

  /// As [#run], and hands everything that happens to `story`, line by line.
  public static EngineReport tell(long seed, @Nullable String engine, Consumer<String> story) {
    var setup = StoreSetup.draw(seed, engine);
    story.accept(setup.toString());
    return run(setup, story);
  }

  private static EngineReport run(StoreSetup setup, Consumer<String> story) {
    var run = new StoreRun(setup, story);
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
    machine.env().kill();
    machine.simulation().threads().bury();
    return new EngineReport(
        setup.seed(),
        setup.options().engine(),
        machine.simulation().trace(),
        machine.simulation().nanos(),
        commits,
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
      if (machine.alive()) {
        machine.runFor(Duration.ofNanos(gen.below(30_000_000)));
      }
      if (machine.alive()) {
        harm();
      }
      if (!machine.alive()) {
        end();
        machine.restart(setup.has(Trouble.CRASHES));
        recover();
      }
    }
    calm();
    calm();
  }

  private void harm() {
    switch (gen.weighted(30, 6, 3, 2, 2, 2)) {
      case 0 -> {
        // Nothing happens now.
      }
      case 1 -> when(Trouble.CRASHES, machine::strike);
      case 2 -> when(Trouble.BAD_DISK, machine::spoil);
      case 3 -> when(Trouble.FULL_DISK, machine::fill);
      case 4 -> when(Trouble.ROT, this::rot);
      default -> when(Trouble.RESTARTS, this::close);
    }
  }

  private void rot() {
    if (gen.flag()) {
      machine.rot(gen.flag() ? "" : LOG);
    } else {
      machine.rotEnd(LOG);
    }
  }

  private void when(Trouble trouble, Runnable action) {
    if (setup.has(trouble)) {
      action.run();
    }
  }

  /// What a process of the machine sees of this.
  private final class World implements Client.World {
    private final SimEnv env = machine.env();

    @Override
    public void pause(Duration duration) {
      machine.simulation().threads().pause(env, duration);
    }

    @Override
    public void strike() {
      if (setup.has(Trouble.CRASHES)) {
        machine.end(gen.flag());
      }
    }

    @Override
    public void stallLog(Duration duration) {
      machine.stallLog(duration);
    }

    @Override
    public void acknowledged(long number) {
      if (setup.losesNothing()) {
        ledger.promise(number);
      }
    }

    @Override
    public void reached(String mark) {
      machine.simulation().reached(mark);
    }

    /// Only who reads is told of it: the store goes on.
    @Override
    public void excuse(Throwable failure) {
      boolean fault =
          switch (failure) {
            case FileException _ -> machine.troubled();
            case CorruptionError _ -> machine.damaged();
            default -> false;
          };
      if (!fault) {
        machine.excuse(failure);
      }
      tell("a client is told: " + failure);
    }
  }

  /// A process begins to work.
  private void begin(HostedStore opened) {
    lives++;
    stopping = false;
    ended = false;
    var world = new World();
    var threads = machine.simulation().threads();
    for (int i = 0; i < setup.clients(); i++) {
      var client =
          new Client(
              "%d.%d".formatted(lives, i), opened.db(), ledger, world, gen.fork(), setup.keys());
      threads.start(
          world.env,
          () -> {
            while (!stopping) {
              client.act();
            }
          });
    }
    threads.start(
        world.env,
        () -> {
          while (!stopping) {
            operator.act(opened, ledger, world.env, world);
          }
        });
  }

  /// The process is dead.
  private void end() {
    machine.simulation().threads().bury();
    store = null;
    commits += ledger.settle();
  }

  /// Everybody comes to an end, and the store is closed, which makes all that counted durable.
  private void close() {
    tell("it is closed");
    machine.heal();
    stopping = true;
    var opened = store;
    var threads = machine.simulation().threads();
    run("somebody does not come to an end", threads::none);
    if (!machine.alive() || opened == null) {
      return;
    }
    long last = Client.last(opened.db());
    threads.start(
        machine.env(),
        () -> {
          opened.settle();
          ended = true;
        });
    run("it does not close", () -> ended);
    if (machine.alive()) {
      ledger.promise(last);
      machine.end(gen.flag());
    }
  }

  private void run(String complaint, BooleanSupplier until) {
    var env = machine.env();
    boolean done = machine.simulation().runUntil(() -> until.getAsBoolean() || !env.alive(), LONG);
    if (!done && machine.damaged()) {
      // What is damaged may hold up all that would come over it.
      machine.end(gen.flag());
      return;
    }
    Violation.unless(done, "store.stands-still", complaint);
  }

  /// Opens what there is, as often as that fails for a reason, and compares it.
  private void recover() {
    for (int tries = 1; store == null; tries++) {
      if (tries == TRIES) {
        machine.heal();
      }
      try {
        var opened = HostedStore.open(machine.env(), setup.options());
        long last = Client.last(opened.db());
        tell("opened at " + last);
        // What says that the newest group counted may not be on the medium yet, or be damaged, too.
        boolean unsure = machine.harms() > 1 || (machine.damaged() && machine.lostPower());
        ledger.recovered(last, Client.content(opened.db()), unsure ? 0 : ledger.promised());
        operator.recovered(unsure ? Long.MAX_VALUE : last);
        machine.began();
        if (setup.losesNothing()) {
          ledger.promise(last);
        }
        store = opened;
        begin(opened);
      } catch (PowerCut _) {
        machine.env().kill();
        machine.restart(tries < TRIES);
      } catch (FileException failure) {
        machine.excuse(failure);
        machine.restart(tries < TRIES);
      } catch (CorruptionError damage) {
        machine.excuse(damage);
        losses++;
        machine.replace();
        ledger = new Ledger();
        operator.forget();
      }
    }
  }

  /// Nothing is wrong any more: everybody comes to an end, and all that was done is there.
  private void calm() {
    machine.heal();
    if (machine.alive()) {
      machine.runFor(Duration.ofMillis(200));
    }
    if (machine.alive()) {
      close();
    }
    boolean well = ended && machine.alive();
    if (machine.alive()) {
      machine.end(false);
    }
    end();
    machine.heal();
    machine.restart(false);
    recover();
    machine.simulation().note(well ? 1 : 0);
  }
}
