package io.concordkv.sim.store;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.ConflictException;
import io.concordkv.embedded.Control;
import io.concordkv.embedded.DeadlockException;
import io.concordkv.embedded.Isolation;
import io.concordkv.embedded.LockTimeoutException;
import io.concordkv.embedded.Transaction;
import io.concordkv.sim.violation.Violation;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.testkit.Gen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One of those who use a store at the same time: reads and writes, in transactions and without.
final class Client {
  /// What it needs of the world.
  interface World {
    void pause(Duration duration);

    /// Perhaps the process ends now.
    void strike();

    /// The disk is slow to sync the log.
    void stallLog(Duration duration);

    /// A commit with this number was acknowledged.
    void acknowledged(long number);

    void reached(String mark);

    /// Fails unless the disk gave a reason for `failure`.
    void excuse(Throwable failure);
  }

  private final String name;
  private final ConcordDb db;
  private final Ledger ledger;
  private final World world;
  private final Gen gen;
  private final int keys;
  private int deeds;

  Client(String name, ConcordDb db, Ledger ledger, World world, Gen gen, int keys) {
    this.name = name;
    this.db = db;
    this.ledger = ledger;
    this.world = world;
    this.gen = gen;
    this.keys = keys;
  }

  void act() {
    try {
      switch (gen.weighted(30, 8, 6, 20, 20, 20)) {
        case 0 -> write();
        case 1 -> get();
        case 2 -> snapshot();
        case 3 -> transaction(Control.OPTIMISTIC);
        case 4 -> transaction(Control.PESSIMISTIC);
        default -> transact();
      }
    } catch (FileException | CorruptionError failure) {
      world.excuse(failure);
    }
    world.pause(Duration.ofNanos(gen.below(gen.oneIn(8) ? 40_000_000 : 2_000_000)));
  }

  private long newest() {
    try (var now = db.snapshot()) {
      return now.sequence();
    }
  }

  private Deed deed(Isolation isolation, Control control) {
    var deed = new Deed(name + "-" + ++deeds, isolation, control, newest());
    ledger.add(deed);
    return deed;
  }

  private void get() {
    var deed = deed(Isolation.READ_COMMITTED, Control.OPTIMISTIC);
    var key = key();
    deed.read(Deed.only(key), pair(key, db.get(key)), false, deed.began, newest());
  }

  private void snapshot() {
    try (var seen = db.snapshot()) {
      var deed = deed(Isolation.SNAPSHOT, Control.OPTIMISTIC);
      for (int i = gen.between(1, 3); i > 0; i--) {
        world.pause(Duration.ofNanos(gen.below(5_000_000)));
        var range = range();
        var order = order();
        deed.read(range, all(seen.scan(range, order), order), false, deed.began, deed.began);
      }
    }
  }

  private void write() {
    var deed = deed(Isolation.READ_COMMITTED, Control.OPTIMISTIC);
    for (int i = gen.between(1, 4); i > 0; i--) {
      change(deed, null);
    }
    var batch = deed.writes;
    if (batch.changes().isEmpty()) {
      return;
    }
    try {
      db.write(batch);
      deed.committed = true;
    } catch (ConcordException | LockTimeoutException refused) {
      batch.mark(0);
      refused(refused);
    } finally {
      deed.number = batch.mark();
    }
    acknowledged(deed);
  }

  private void acknowledged(Deed deed) {
    if (deed.committed && deed.number != 0) {
      long visible = newest();
      Violation.unless(
          visible >= deed.number,
          "store.visible",
          deed + " and what is visible ends at " + visible);
      world.acknowledged(deed.number);
    }
  }

  private void refused(RuntimeException why) {
    world.reached(
        switch (why) {
          case DeadlockException _ -> "store/gave-way";
          case ConflictException _ -> "store/conflict";
          case LockTimeoutException _ -> "store/lock-timeout";
          default -> "store/refused";
        });
  }

  private void transaction(Control control) {
    var isolation = gen.oneOf(Isolation.values());
    var tx = db.begin(isolation, control);
    var deed = deed(isolation, control);
    boolean refused = false;
    try (tx) {
      work(tx, deed);
      if (gen.oneIn(10)) {
        return;
      }
      tx.commit();
      deed.committed = true;
    } catch (ConcordException | LockTimeoutException | ConflictException why) {
      refused = true;
      refused(why);
      boolean whole = !(why instanceof ConflictException) || tx.number() == 0;
      Violation.unless(whole, "store.whole", deed + " was refused and has a number");
    } finally {
      deed.number = refused ? 0 : tx.number();
    }
    acknowledged(deed);
  }

  private void transact() {
    var isolation = gen.oneOf(Isolation.values());
    var tries = new ArrayList<Deed>();
    var last = new ArrayList<Transaction>();
    boolean refused = false;
    try {
      var deed =
          db.transact(
              isolation,
              tx -> {
                boolean first = tries.isEmpty();
                var next =
                    first
                        ? deed(isolation, Control.OPTIMISTIC)
                        : deed(Isolation.SERIALIZABLE, Control.PESSIMISTIC);
                tries.add(next);
                last.add(tx);
                work(tx, next);
                return next;
              });
      deed.committed = true;
    } catch (ConcordException | ConflictException | LockTimeoutException why) {
      refused = true;
      refused(why);
    } finally {
      if (!tries.isEmpty() && !refused) {
        tries.getLast().number = last.getLast().number();
      }
    }
    if (!refused) {
      acknowledged(tries.getLast());
    }
    if (tries.size() > 1) {
      world.reached("store/again");
    }
  }

  private void work(Transaction tx, Deed deed) {
    boolean optimistic = deed.control == Control.OPTIMISTIC;
    boolean locks = !(optimistic && deed.isolation == Isolation.READ_COMMITTED);
    for (int i = gen.between(1, 5); i > 0; i--) {
      long before = newest();
      switch (gen.weighted(8, 6, 4, 2, 12, 6)) {
        case 0 -> get(tx, deed, false);
        case 1 -> get(tx, deed, locks);
        case 2 -> scan(tx, deed, false);
        case 3 -> scan(tx, deed, locks);
        case 4 -> change(deed, tx);
        default -> world.pause(Duration.ofNanos(gen.below(gen.oneIn(8) ? 30_000_000 : 1_000_000)));
      }
      if (deed.moment < 0 && (!deed.reads.isEmpty() || !deed.writes.changes().isEmpty())) {
        deed.moment = newest();
        Violation.unless(deed.moment >= before, "store.visible", "what was visible is gone");
      }
    }
  }

  private void get(Transaction tx, Deed deed, boolean forUpdate) {
    long before = newest();
    var key = key();
    var value = forUpdate ? tx.getForUpdate(key) : tx.get(key);
    deed.read(Deed.only(key), pair(key, value), forUpdate, before, newest());
  }

  private void scan(Transaction tx, Deed deed, boolean forUpdate) {
    long before = newest();
    var range = range();
    var order = order();
    var cursor = forUpdate ? tx.scanForUpdate(range, order) : tx.scan(range, order);
    deed.read(range, all(cursor, order), forUpdate, before, newest());
  }

  /// @param tx null: it is only written down
  private void change(Deed deed, @Nullable Transaction tx) {
    var key = key();
    switch (gen.weighted(10, 3, 1)) {
      case 0 -> {
        var value = value();
        if (tx != null) {
          tx.put(key, value);
        }
        deed.writes.put(key, value);
      }
      case 1 -> {
        if (tx != null) {
          tx.delete(key);
        }
        deed.writes.delete(key);
      }
      default -> {
        var range = range();
        if (tx != null) {
          tx.deleteRange(range);
        }
        deed.writes.deleteRange(range);
      }
    }
  }

  private Bytes key() {
    return Bytes.of("key-%02d".formatted(gen.below(keys)));
  }

  /// Each is written once.
  private Bytes value() {
    int length = gen.oneIn(6) ? gen.below(3000) : gen.below(200);
    return Bytes.of("%s-%d-%d%s".formatted(name, deeds, gen.below(1000), ".".repeat(length)));
  }

  private KeyRange range() {
    var from = key();
    return gen.oneIn(6) ? KeyRange.ALL : new KeyRange(from, gen.oneIn(8) ? null : key());
  }

  private Order order() {
    return gen.flag() ? Order.ASCENDING : Order.DESCENDING;
  }

  private static List<Map.Entry<Bytes, Bytes>> pair(Bytes key, @Nullable Bytes value) {
    return value == null ? List.of() : List.of(Map.entry(key, value));
  }

  /// In ascending order, whatever it was; what comes out of order stays so.
  private static List<Map.Entry<Bytes, Bytes>> all(Cursor cursor, Order order) {
    var found = new ArrayList<Map.Entry<Bytes, Bytes>>();
    try (cursor) {
      while (cursor.next()) {
        found.add(Map.entry(cursor.key(), cursor.value()));
      }
    }
    return order == Order.ASCENDING ? found : found.reversed();
  }

  /// All that a cursor has.
  static NavigableMap<Bytes, Bytes> content(ConcordDb db) {
    var found = new TreeMap<Bytes, Bytes>();
    try (var cursor = db.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        found.put(cursor.key(), cursor.value());
      }
    }
    return found;
  }

  static long last(ConcordDb db) {
    try (var now = db.snapshot()) {
      return now.sequence();
    }
  }
}
