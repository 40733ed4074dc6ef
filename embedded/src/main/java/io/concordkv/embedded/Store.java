package io.concordkv.embedded;

import io.concordkv.base.Check;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.EngineMetrics;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.wal.Wal;
import io.concordkv.storage.wal.WalTail;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An engine behind a log: the store, as its one loop sees it.
///
/// A commit gets the next number, which is the engine's mark, is checked against what was written
/// since its reads, goes into the engine and then into the log. It becomes visible to readers when
/// the mode says that it counts, which is after the sync of its group or at once. Commits that come
/// while a group is synced make the next one.
///
/// The engine may become durable ahead of the log: its content is always that after one of the
/// commits, so what is lost then is only the log of what the engine has. The log is replayed from
/// the engine's mark and trimmed up to its durable one. An engine in memory has none: for it a
/// checkpoint, put where it looks when it is opened, is made whenever the log has grown.
final class Store {
  static final String ENGINE = "engine";
  static final String LOG = "log";

  private static final int GROUP_BYTES = 1 << 20;
  private static final int MILESTONES_OF_LOG = 64;
  private static final Duration STALL = Duration.ofMillis(1);

  /// Who is told what the loop has done. Called on the loop.
  interface Audience {
    /// From now on readers see `view`, the content after the commit `sequence`. Runs `closed`, on
    /// any thread, when it is closed.
    void publish(View view, long sequence, Runnable closed);

    /// Whether somebody reads an earlier content and may come with claims.
    boolean hasTransactions();
  }

  private final Env env;
  private final long id;
  private final Options options;
  private final Audience audience;
  private final Wal wal;
  private final History history;
  private final GroupClock groupClock;
  private final LateSync lateSync;
  private final RecentWrites recent;
  private final Locks locks;
  private final ArrayDeque<Commit> waiting = new ArrayDeque<>();

  /// Commits that waited for locks and have them.
  private final ArrayDeque<Locks.Party> admitted = new ArrayDeque<>();

  private Home home;
  private @Nullable Migration migration;
  private @Nullable Ingestion ingestion;
  private long sequence;

  /// Up to which commit the engine was last asked to save.
  private long asked;

  private boolean scheduled;
  private boolean syncing;
  private boolean closing;
  private @Nullable Runnable whenIdle;

  private Store(
      Env env,
      Options options,
      @Nullable Archive archive,
      Audience audience,
      StoreFile file,
      Home home) {
    this.env = env;
    this.options = options;
    this.audience = audience;
    this.home = home;
    id = file.id();
    asked = home.saved();
    groupClock = new GroupClock(env.clock());
    var milestones = new Milestones(options.logBytes() / MILESTONES_OF_LOG);
    wal =
        Wal.openAt(
            env,
            LOG,
            options.log(GROUP_BYTES),
            (record, at) -> {
              var group = GroupRecord.open(record);
              groupClock.saw(group.time());
              home.replay(group);
              milestones.add(group.last(), at);
            });
    history = new History(env, wal, milestones, options.backup(), archive, this::keep);
    sequence = home.engine.mark();
    lateSync = new LateSync(env, wal, this::keep);
    recent = new RecentWrites(options.recentKeys(), sequence);
    locks = new Locks(env, options.locks(), recent, sequence, this::goOn);
  }

  /// Opens or makes the store in the directory of `env`, whose log is not archived. Blocks.
  static Store open(Env env, Options options, Audience audience) {
    return open(env, options, null, audience);
  }

  /// Opens or makes the store in the directory of `env`. Blocks.
  ///
  /// A log that lost what it had acknowledged is a [CorruptionError]: nobody else has it.
  ///
  /// @param archive where the log is archived to
  static Store open(Env env, Options options, @Nullable Folder archive, Audience audience) {
    Home.check(options.engine(), options.settings());
    var files = env.files();
    var file = StoreFile.ensure(env, "", options.engine());
    Home.discardOther(files, file);
    var archived = archive == null ? null : Archive.open(archive, file.id());
    var home = Home.open(env, file.current(), options.settings());
    Checkpoint.discard(files, home);
    boolean opened = false;
    try {
      var store = new Store(env, options, archived, audience, file, home);
      if (store.wal.tail() == WalTail.LOST) {
        throw new CorruptionError(
            "the end of the log in "
                + files.describe(LOG)
                + " is damaged although it was acknowledged: restore a checkpoint");
      }
      store.publish();
      opened = true;
      return store;
    } finally {
      if (!opened) {
        home.engine.close();
      }
    }
  }

  /// Takes a commit; its reply tells what became of it.
  void submit(Commit commit) {
    if (closing) {
      commit.reply().accept(new Outcome.Late());
      return;
    }
    if (commit.transaction() != Commit.NO_TRANSACTION) {
      var lost = locks.commits(commit.transaction(), commit.batch());
      if (lost != null) {
        commit.reply().accept(lost);
        return;
      }
    }
    waiting.add(commit);
    schedule();
  }

  /// Takes a wish for a lock; its reply tells when it is fulfilled, or why not.
  void lock(LockRequest request) {
    locks.lock(request);
  }

  /// A transaction has ended without a commit: it has no locks any more.
  void end(long transaction) {
    locks.end(transaction);
  }

  /// Runs `done` when that transaction has ended, and after the time that one waits for a lock in
  /// any case.
  void awaitEnd(long transaction, Runnable done) {
    locks.awaitEnd(transaction, done);
  }

  private void goOn(Locks.Party party) {
    admitted.add(party);
    schedule();
  }

  private boolean hasCommits() {
    return !admitted.isEmpty() || !waiting.isEmpty();
  }

  /// The next group begins behind the tasks that are on their way, so that it has their commits.
  private void schedule() {
    if (!scheduled && !syncing) {
      scheduled = true;
      env.loop().post(this::writeGroups);
    }
  }

  private void writeGroups() {
    scheduled = false;
    while (hasCommits() && !syncing) {
      var wait = stalled() ? STALL : Duration.ofNanos(home.engine.writeDelayNanos());
      if (wait.isPositive()) {
        scheduled = true;
        var _ = env.loop().after(wait, this::writeGroups);
        return;
      }
      writeGroup();
    }
    tellIdle();
  }

  private boolean stalled() {
    return home.engine.stalled()
        || history.stalled()
        || (migration != null && migration.stalled())
        || (ingestion != null && ingestion.pauses());
  }

  /// A conflict, too, is told at the end of the group: with a commit of the same group it would
  /// come again until that one is visible.
  private void writeGroup() {
    long before = sequence;
    var record = new GroupRecord(before + 1, groupClock.next());
    var answers = new ArrayList<Answer>();
    boolean alone = options.durability() instanceof Durability.EveryWrite;
    do {
      var party = admitted.poll();
      var commit = party == null ? waiting.remove() : party.commit();
      var outcome = refusal(commit);
      if (outcome == null) {
        if (party == null && !locks.admits(commit)) {
          continue;
        }
        outcome = apply(commit);
      }
      answers.add(new Answer(commit, outcome));
      if (outcome instanceof Outcome.Done) {
        record.add(commit.batch());
      }
      if (party != null) {
        locks.end(party);
      } else if (commit.transaction() != Commit.NO_TRANSACTION) {
        locks.end(commit.transaction());
      }
    } while (hasCommits() && record.bytes() < GROUP_BYTES && !(alone && sequence > before));
    if (sequence == before) {
      answers.forEach(Answer::tell);
      return;
    }
    long position = wal.append(record.finish());
    history.appended(sequence, position);
    switch (options.durability()) {
      case Durability.EveryWrite _, Durability.Grouped _ -> {
        syncing = true;
        wal.sync(
            position,
            () -> {
              syncing = false;
              done(answers);
              schedule();
            });
      }
      case Durability.Interval(var every) -> {
        done(answers);
        lateSync.within(every);
      }
    }
  }

  /// What speaks against writing it, whoever has locks; null if nothing does.
  private @Nullable Outcome refusal(Commit commit) {
    var tooLarge = commit.tooLarge(options.batchBytes());
    if (tooLarge != null) {
      return tooLarge;
    }
    var full = history.refusal();
    if (full != null) {
      return new Outcome.Refused(full);
    }
    var conflict = recent.conflict(commit.claims());
    return conflict == null ? null : new Outcome.Conflicted(conflict);
  }

  /// Writes it to the engine under the next number.
  private Outcome apply(Commit commit) {
    var batch = commit.batch();
    try {
      home.engine.write(batch.mark(sequence + 1));
    } catch (ConcordException refused) {
      return new Outcome.Refused(refused);
    }
    if (migration != null) {
      migration.add(batch);
    }
    sequence++;
    recent.add(batch, sequence);
    locks.applied(sequence);
    return new Outcome.Done(sequence);
  }

  EngineMetrics metrics() {
    return home.engine.metrics();
  }

  private void publish() {
    home.hold();
    audience.publish(home.engine.view(), sequence, home::letGo);
  }

  private void done(List<Answer> answers) {
    publish();
    // Asked after it is published: whoever begins from now on sees all of it.
    if (!audience.hasTransactions()) {
      recent.forget(sequence);
    }
    locks.published();
    answers.forEach(Answer::tell);
    keep();
  }

  /// Trims the log, and has the engine saved when there is too much that only the log has.
  private void keep() {
    long saved = home.saved();
    long needed = migration == null ? saved : Math.min(saved, migration.needsLogFrom());
    history.trim(needed);
    if (saved >= asked && history.bytes() >= options.logBytes()) {
      asked = sequence;
      home.save(() -> {
        env.reached("embedded/kept");
        keep();
      });
    }
  }

  /// Runs `done` once all that was committed so far is on the medium.
  void flush(Runnable done) {
    wal.sync(wal.end(), done);
  }

  /// Makes a copy of all that was committed so far in [Checkpoint#DIRECTORY], in the background,
  /// and then runs `done`; of an engine that is damaged, or without room, there is none. One at a
  /// time.
  void checkpoint(Runnable done, Consumer<Throwable> refused) {
    new Checkpoint(env, home, () -> closing, done, refused).begin();
  }

  /// What is kept of the log.
  History history() {
    return history;
  }

  long count() {
    return home.engine.count();
  }

  /// Starts to give back what room the engine can give back.
  void reclaim() {
    home.engine.reclaim();
  }

  /// Moves to another engine while commits go on. One at a time.
  void migrate(Migration.Order order) {
    var hindrance = hindrance();
    if (hindrance != null) {
      order.failed().accept(hindrance);
      return;
    }
    try {
      Home.check(order.engine(), order.settings());
    } catch (ConcordException wrong) {
      order.failed().accept(wrong);
      return;
    }
    migration = new Migration(env, home, order, new Mover());
    migration.begin();
  }

  /// Why the content cannot be moved or taken in as a whole now; null if it can.
  private @Nullable ConcordException hindrance() {
    var why =
        closing
            ? "the store is closed"
            : migration != null
                ? "the store is moving already"
                : ingestion != null ? "the store takes in tables already" : null;
    return why == null ? null : new ConcordException(ErrorCode.CANCELED, why);
  }

  /// Takes in prepared tables, as one commit. One at a time, and not while the store moves.
  void ingest(Ingestion.Order order) {
    var hindrance = hindrance();
    if (hindrance != null) {
      order.failed().accept(hindrance);
      return;
    }
    try {
      ingestion = new Ingestion(env, home.engine, locks, order, new Taker());
      ingestion.begin();
    } catch (ConcordException refused) {
      order.failed().accept(refused);
    }
  }

  private final class Taker implements Ingestion.Owner {
    @Override
    public boolean busy() {
      return syncing;
    }

    @Override
    public long next() {
      return sequence + 1;
    }

    @Override
    public void taken() {
      sequence++;
      asked = sequence;
      // Nobody keeps a list of what is in the tables: who began before may have read it.
      recent.forget(sequence);
      locks.applied(sequence);
      done(List.of());
    }

    @Override
    public void ended() {
      ingestion = null;
      tellIdle();
    }
  }

  private final class Mover implements Migration.Owner {
    @Override
    public long id() {
      return id;
    }

    @Override
    public long sequence() {
      return sequence;
    }

    @Override
    public void moveTo(Home next) {
      home = next;
      asked = next.saved();
      // What is being synced is not to be seen yet; its end publishes it.
      if (!syncing) {
        publish();
      }
    }

    @Override
    public void ended() {
      migration = null;
      tellIdle();
    }
  }

  /// Takes no more commits and no wishes for locks; who waits for a lock is told that it is late.
  /// Runs `done` once the other commits that it has are written and synced. Then the host lets go
  /// of what it was given to publish, and calls [#letGo()].
  void close(Runnable done) {
    Check.that(!closing, "a store is closed once");
    closing = true;
    locks.close();
    lateSync.stop();
    history.stop();
    if (migration != null) {
      migration.cancel();
    } else if (ingestion != null) {
      ingestion.cancel();
    }
    Runnable save = () -> LastSave.run(env, home, history.savableBytes(), options.logBytes(), done);
    whenIdle = () -> wal.sync(wal.end(), save);
    schedule();
  }

  private boolean isSettled() {
    return ingestion == null && (migration == null || migration.waitsForReaders());
  }

  private void tellIdle() {
    var then = whenIdle;
    if (then != null && !hasCommits() && !syncing && isSettled()) {
      whenIdle = null;
      then.run();
    }
  }

  /// Lets go of the files as they are. Nothing may run on the loop any more but what this posts.
  void letGo() {
    wal.close();
    history.letGo();
    home.engine.close();
    if (migration != null) {
      migration.letGo();
    }
  }
}
