package io.concordkv.sim.store;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.embedded.BackupOptions;
import io.concordkv.embedded.HostedStore;
import io.concordkv.embedded.Options;
import io.concordkv.embedded.Restored;
import io.concordkv.embedded.Until;
import io.concordkv.sim.violation.Violation;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Who looks after a store: flushes, makes backups, and sees whether they can be restored, each on
/// a machine of its own.
final class Operator {
  private static final Duration LONG = Duration.ofMinutes(5);

  private static final String HOLE = "are missing in";

  private final StoreSetup setup;
  private final Gen gen;

  /// Outlives the processes, not the machine.
  private final List<Backup> backups = new ArrayList<>();

  private int named;

  /// How many processes there were.
  private int lives;

  Operator(StoreSetup setup, Gen gen) {
    this.setup = setup;
    this.gen = gen;
  }

  /// What is not there any more after a crash is in no backup.
  void recovered(long last) {
    lives++;
    for (var backup : backups) {
      Violation.unless(
          backup.least() <= last, "store.backup", backup + ", but the last commit is " + last);
    }
  }

  void forget() {
    backups.clear();
  }

  void act(HostedStore store, Ledger ledger, SimEnv env, Client.World world) {
    try {
      switch (gen.weighted(4, setup.has(Trouble.BACKUPS) ? 8 : 0)) {
        case 0 -> flush(store, ledger);
        default -> backup(store, ledger, env, world);
      }
    } catch (ConcordException refused) {
      world.reached("store/backup-refused");
    } catch (FileException | CorruptionError failure) {
      world.excuse(failure);
    }
    world.pause(Duration.ofMillis(gen.below(100)));
  }

  private void flush(HostedStore store, Ledger ledger) {
    long before = Client.last(store.db());
    store.db().flush();
    ledger.promise(before);
  }

  private void backup(HostedStore store, Ledger ledger, SimEnv env, Client.World world) {
    if (!backups.isEmpty() && gen.oneIn(3)) {
      restore(gen.oneOf(backups), ledger, env, world);
      return;
    }
    if (gen.oneIn(4)) {
      world.stallLog(Duration.ofMillis(gen.below(200)));
    }
    long before = Client.last(store.db());
    var name = "backup-" + ++named;
    var base = backups.isEmpty() || gen.oneIn(3) ? null : gen.oneOf(backups).name();
    var info = store.backup(name, base);
    Violation.unless(
        info.to() >= before, "store.backup", info + " lacks what counted before: " + before);
    var backup = new Backup(name, base, info.to(), lives);
    backups.add(backup);
    world.reached("store/backup-" + info.kind().name().toLowerCase(Locale.ROOT));
    if (gen.oneIn(6)) {
      world.strike();
    } else if (gen.flag()) {
      restore(backup, ledger, env, world);
    }
  }

  private void restore(Backup backup, Ledger ledger, SimEnv env, Client.World world) {
    boolean archived = setup.has(Trouble.ARCHIVE) && gen.flag();
    long last = ledger.last();
    var until = gen.oneIn(3) && last > 0 ? Until.commit(1 + gen.below((int) last)) : Until.NEWEST;
    var other = new Simulation(setup.seed());
    var target = other.env("restored");
    var done = new ArrayList<Restored>();
    try {
      HostedStore.restore(
          env, backup.name(), archived ? StoreSetup.ARCHIVE : null, until, target, done::add);
    } catch (CorruptionError hole) {
      // An engine may be durable ahead of the log, and a crash then takes the log of that only.
      if (archived && backup.life() < lives && String.valueOf(hole.getMessage()).contains(HOLE)) {
        world.reached("store/hole-in-archive");
        return;
      }
      throw hole;
    }
    boolean _ = other.runUntil(() -> !done.isEmpty(), LONG);
    Violation.unless(!done.isEmpty(), "store.stands-still", backup + " is not restored");
    var restored = done.getFirst();
    other.powerCut("restored");
    var opened = HostedStore.open(other.env("restored"), options(restored)).db();
    long number = Client.last(opened);
    Violation.unless(
        number == restored.commit() && (!until.equals(Until.NEWEST) || number >= backup.least()),
        "store.restore",
        backup + " is restored as " + restored + " and opens at " + number);
    ledger.saw("store.restore", number, Client.content(opened));
    other.kill("restored");
    backups.replaceAll(each ->
        each.equals(backup) && until.equals(Until.NEWEST) && !archived
            ? new Backup(each.name(), each.base(), number, each.life())
            : each);
    world.reached(archived ? "store/restored-with-archive" : "store/restored");
  }

  private Options options(Restored restored) {
    Violation.unless(
        restored.engine().equals(setup.options().engine()),
        "store.restore",
        "another engine: " + restored);
    return setup.options().withBackup(BackupOptions.DEFAULT);
  }
}
