package io.concordkv.embedded;

import io.concordkv.base.Check;
import io.concordkv.base.ConcordException;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Timer;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.embedded.LockOwner.Loss;
import io.concordkv.storage.engine.WriteBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The locks of a store on its loop: a [LockTable], the time that somebody may wait, and the
/// answers.
///
/// A lock is let go when the commit that it guarded has its place in the order of commits. Who gets
/// it next is told only when that commit is visible: so it reads what it has locked as it will stay
/// until it writes it.
///
/// A write without a transaction, and the commit of an optimistic one, lock nothing where nobody is
/// in their way, since they are done at once. Otherwise they wait for all of their keys, and have
/// these from then on until they are written.
final class Locks {
  /// Where a write goes that has waited and may be written now.
  interface Writer {
    void goOn(Party party);
  }

  /// An owner of locks, and what it waits for.
  static final class Party {
    private final LockOwner owner;
    private final @Nullable Commit commit;
    private final long sinceNanos;
    private final List<Runnable> whenOver = new ArrayList<>();
    private @Nullable LockRequest request;
    private @Nullable Timer timer;

    private Party(LockOwner owner, @Nullable Commit commit, long sinceNanos) {
      this.owner = owner;
      this.commit = commit;
      this.sinceNanos = sinceNanos;
    }

    /// Of a write that has waited.
    Commit commit() {
      return Objects.requireNonNull(commit, "a write has a commit");
    }
  }

  private final Env env;
  private final Duration timeout;
  private final LockTable table;
  private final RecentWrites recent;
  private final Writer writer;
  private final TreeMap<Long, Party> parties = new TreeMap<>();

  /// Those whose lock was written to by commits that are not visible yet.
  private final List<Party> unseen = new ArrayList<>();

  private long writes;

  /// Up to which commit all is visible, and which is the last.
  private long published;

  private long applied;
  private boolean closed;

  Locks(Env env, LockOptions options, RecentWrites recent, long sequence, Writer writer) {
    this.env = env;
    this.recent = recent;
    this.writer = writer;
    timeout = options.timeout();
    table = new LockTable(options.deadlocks(), options.ofOne(), options.inAll());
    published = sequence;
    applied = sequence;
  }

  void lock(LockRequest request) {
    if (closed) {
      request.reply().accept(new Outcome.Late());
      return;
    }
    var party =
        parties.computeIfAbsent(
            request.transaction(),
            number -> new Party(new LockOwner(number), null, env.clock().nanos()));
    var loss = party.owner.loss;
    if (loss != null) {
      request.reply().accept(lost(loss));
      return;
    }
    party.request = request;
    boolean granted;
    try {
      granted = table.ask(party.owner, request.wish());
    } catch (ConcordException refused) {
      answer(party, new Outcome.Refused(refused));
      return;
    }
    if (granted) {
      granted(party);
    } else {
      await(party);
    }
    tell();
  }

  /// Whether a commit may be written now. If not, it waits here, and is answered or goes on later.
  boolean admits(Commit commit) {
    if (table.isEmpty() || commit.transaction() != Commit.NO_TRANSACTION || isFree(commit)) {
      return true;
    }
    var owner = new LockOwner(- ++writes);
    var party = new Party(owner, commit, env.clock().nanos());
    parties.put(owner.number, party);
    boolean granted = table.ask(owner, Wish.writes(commit.batch()));
    Check.that(!granted, "what is not free is waited for");
    await(party);
    tell();
    return false;
  }

  private boolean isFree(Commit commit) {
    for (var change : commit.batch().changes()) {
      boolean free =
          switch (change) {
            case WriteBatch.Change.Single single -> table.isFree(single.key());
            case WriteBatch.Change.DeleteRange(var range) -> table.isFree(range);
          };
      if (!free) {
        return false;
      }
    }
    return true;
  }

  /// Why a transaction can no longer commit; null if it can, and then it is about to.
  @Nullable Outcome commits(long transaction, WriteBatch batch) {
    var owner = Objects.requireNonNull(parties.get(transaction), "who commits has locks").owner;
    var loss = owner.loss;
    if (loss != null) {
      return lost(loss);
    }
    Check.that(owner.mayWrite(batch), "what is written is locked");
    table.commits(owner);
    return null;
  }

  /// A transaction or a write has its place in the order of commits, or has ended without one.
  void end(long number) {
    var party = parties.get(number);
    if (party != null) {
      end(party);
    }
  }

  void end(Party party) {
    parties.remove(party.owner.number);
    stopWaiting(party);
    table.release(party.owner);
    party.whenOver.forEach(Runnable::run);
    tell();
  }

  /// Runs `done` when that transaction has ended, and after the timeout in any case.
  void awaitEnd(long transaction, Runnable done) {
    var party = parties.get(transaction);
    if (party == null || closed) {
      done.run();
      return;
    }
    var timer = env.loop().after(timeout, done);
    party.whenOver.add(() -> {
      timer.cancel();
      done.run();
    });
  }

  /// The commit with this number was written.
  void applied(long sequence) {
    applied = sequence;
  }

  /// All commits up to the last one written are visible.
  void published() {
    published = applied;
    if (!unseen.isEmpty()) {
      var seeing = List.copyOf(unseen);
      unseen.clear();
      seeing.forEach(this::seen);
    }
  }

  /// Nobody gets a lock any more.
  void close() {
    closed = true;
    for (var party : List.copyOf(parties.values())) {
      boolean waits = party.owner.wait != null || party.request != null;
      if (waits) {
        stopWaiting(party);
        table.cancel(party.owner);
        answer(party, new Outcome.Late());
      }
      party.whenOver.forEach(Runnable::run);
    }
    tell();
  }

  /// Answers those to whom something has happened.
  private void tell() {
    for (var event = table.poll(); event != null; event = table.poll()) {
      var party = parties.get(event.owner().number);
      if (party == null) {
        continue;
      }
      stopWaiting(party);
      switch (event) {
        case LockTable.Event.Granted _ -> {
          if (party.commit != null) {
            writer.goOn(party);
          } else {
            granted(party);
          }
        }
        case LockTable.Event.Lost(_, var loss) -> answer(party, lost(loss));
      }
    }
  }

  private void granted(Party party) {
    var request = party.request;
    if (request == null) {
      return;
    }
    var wish = request.wish();
    boolean visible =
        published == applied
            || recent.conflict(new Claims(published, wish.keys(), wish.ranges())) == null;
    if (visible) {
      seen(party);
    } else {
      unseen.add(party);
    }
  }

  private void seen(Party party) {
    var request = party.request;
    if (request != null) {
      var conflict = recent.conflict(request.claims());
      answer(
          party, conflict == null ? new Outcome.Done(published) : new Outcome.Conflicted(conflict));
    }
  }

  private static Outcome lost(Loss loss) {
    return new Outcome.GaveWay(loss.to(), loss.why());
  }

  /// Tells the one that waits, if one does. A write that is answered here has not been written.
  private void answer(Party party, Outcome outcome) {
    var commit = party.commit;
    var request = party.request;
    if (commit != null) {
      parties.remove(party.owner.number);
      commit.reply().accept(outcome);
    } else if (request != null) {
      party.request = null;
      request.reply().accept(outcome);
    }
  }

  private void await(Party party) {
    party.timer = env.loop().after(timeout, () -> giveUp(party));
  }

  private static void stopWaiting(Party party) {
    var timer = party.timer;
    if (timer != null) {
      timer.cancel();
      party.timer = null;
    }
  }

  private void giveUp(Party party) {
    party.timer = null;
    var why = complaint(party);
    table.cancel(party.owner);
    answer(party, new Outcome.TimedOut(why));
    tell();
  }

  /// Follows the waits to somebody who does not wait: that is whom all wait for.
  private String complaint(Party party) {
    var text = new StringBuilder("no lock within " + timeout.toMillis() + " ms: ");
    var at = party.owner;
    for (var wait = at.wait; wait != null; wait = at.wait) {
      var next = table.blockers(at).getFirst();
      text.append(at).append(" waits for ").append(wait.wish).append(", that is for ");
      text.append(next).append(next.wait == null ? "" : "; ");
      at = next;
    }
    var last = parties.get(at.number);
    if (last != null) {
      double seconds = (env.clock().nanos() - last.sinceNanos) / 1e9;
      text.append(String.format(Locale.ROOT, ", which began to lock %.3f s ago", seconds));
    }
    return text.append(" and has not ended").toString();
  }
}
