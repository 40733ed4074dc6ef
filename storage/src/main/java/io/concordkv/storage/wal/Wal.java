package io.concordkv.storage.wal;

import io.concordkv.base.Check;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.storage.wal.LogWriter.Written;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/// The write-ahead log of one event loop.
///
/// Owned by that loop: after [#open] every method is called on it, and none of them waits for the
/// disk. Records gather in memory; [#sync(long, Runnable)] has all that gathered written and synced
/// by the workers' log lane, and while that runs the next records gather (group commit). A write or
/// sync that fails escapes the work and so stops the node: what is on the disk is not known then,
/// and nothing more is ever acknowledged.
///
/// A *position* counts the bytes of all groups since the log was first made, so it only grows and
/// does not depend on segments.
///
/// A host that trims first appends again what it still needs from the segments to be removed (its
/// hard states, the marks where its logs start), syncs that, and then trims.
public final class Wal implements AutoCloseable {
  /// A group that has so many bytes takes no more records.
  private static final int GROUP_BYTES = 1 << 20;

  private static final int MAX_FREE_BUFFERS = 3;

  private final Env env;
  private final WalOptions options;
  private final WalTail tail;
  private final long groupBytes;
  private final long maxUnsyncedBytes;
  private final LogWriter writer;
  private final Spares spares;
  private final ArrayDeque<Segment> segments;
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private final ArrayDeque<GroupBuffer> free = new ArrayDeque<>();

  /// Filled, but not handed over yet.
  private List<GroupBuffer> filled = new ArrayList<>();

  private GroupBuffer filling = new GroupBuffer();

  /// Who waits for the newest segment to be left.
  private List<Runnable> turning = new ArrayList<>();

  private long end;
  private long durable;
  private boolean writing;
  private boolean closed;

  private record Waiter(long position, Runnable then) {}

  private Wal(Env env, String directory, WalOptions options, Recovery recovered) {
    this.env = env;
    this.options = options;
    tail = recovered.tail();
    groupBytes = Math.min(GROUP_BYTES, options.segmentBytes() / 2);
    maxUnsyncedBytes = 2 * options.maxBufferedBytes() + options.maxRecordBytes();
    writer =
        new LogWriter(env.files(), directory, options, env.random("wal/" + directory), recovered);
    spares = new Spares(env, directory, options.segmentBytes());
    segments = new ArrayDeque<>(recovered.segments());
    segments.add(writer.begin());
    end = recovered.end();
    durable = end;
    filling.begin(end);
    env.reached(
        switch (tail) {
          case CLEAN -> "wal/clean-tail";
          case TORN -> "wal/torn-tail";
          case LOST -> "wal/lost-tail";
        });
  }

  /// Opens or makes the log in `directory` and replays every durable record in order. Blocks.
  ///
  /// What was written but never acknowledged may be replayed too; it is durable then. Damage other
  /// than at the end is a [io.concordkv.base.CorruptionError]; how the end was is said by
  /// [#tail()].
  public static Wal open(
      Env env, String directory, WalOptions options, Consumer<WalRecord> replay) {
    return openAt(env, directory, options, (record, position) -> replay.accept(record));
  }

  /// As [#open(Env, String, WalOptions, Consumer)], with the position behind each record: what
  /// [#append(WalRecord)] had returned for it.
  public static Wal openAt(
      Env env, String directory, WalOptions options, ObjLongConsumer<WalRecord> replay) {
    return openAt(
        env,
        directory,
        options,
        replay,
        damage -> {
          throw damage.error();
        });
  }

  /// As [#openAt(Env, String, WalOptions, ObjLongConsumer)], for a host that can do without a part
  /// of the log: `damaged` is told of it between the records before and behind it.
  public static Wal openAt(
      Env env,
      String directory,
      WalOptions options,
      ObjLongConsumer<WalRecord> replay,
      Consumer<WalDamage> damaged) {
    var recovered = Recovery.run(env.files(), directory, replay, damaged);
    return new Wal(env, directory, options, recovered);
  }

  /// What was found at the end of the log when it was opened. A host that goes on after
  /// [WalTail#LOST] must first log that it did: later openings say LOST only until the next sync.
  public WalTail tail() {
    return tail;
  }

  /// Takes `record` into the buffer and returns the position behind it. Not durable before
  /// [#sync(long, Runnable)] says so.
  public long append(WalRecord record) {
    int bytes = record.payload().length();
    Check.that(!closed, "a closed log takes no records");
    Check.that((record.kind() & ~0xFF) == 0, "the kind of a record is a byte");
    Check.that(
        bytes <= options.maxRecordBytes(),
        "a record has %d bytes, at most %d are allowed",
        bytes,
        options.maxRecordBytes());
    Check.that(
        end - durable + bytes <= maxUnsyncedBytes, "a host does not append to an overloaded log");
    if (filling.records() > 0
        && (filling.size() + bytes > groupBytes
            || filling.records() >= options.segmentRecords()
            || env.fault("wal/small-group"))) {
      endGroup();
    }
    filling.add(record);
    end = filling.end();
    return end;
  }

  private void endGroup() {
    filled.add(filling);
    var next = free.poll();
    filling = next == null ? new GroupBuffer() : next;
    filling.begin(end);
  }

  /// Runs `then` on the loop once everything below `position` is durable. Syncs under way are
  /// shared: one fdatasync serves all that was appended before it began. Those who wait are told in
  /// the order in which they asked.
  public void sync(long position, Runnable then) {
    Check.that(!closed, "a closed log syncs nothing");
    Check.that(position <= end, "position %d is not appended yet, the end is %d", position, end);
    if (position <= durable && waiters.isEmpty()) {
      env.loop().post(then);
      return;
    }
    waiters.add(new Waiter(position, then));
    write();
  }

  private void write() {
    if (writing) {
      return;
    }
    if (filling.records() > 0) {
      endGroup();
    }
    writing = true;
    var groups = filled;
    var turned = turning;
    var spare = spares.ready();
    filled = new ArrayList<>();
    turning = new ArrayList<>();
    env.workers()
        .run(
            Lane.LOG,
            () -> writer.write(groups, spare, !turned.isEmpty()),
            env.loop(),
            written -> written(groups, turned, written));
  }

  private void written(List<GroupBuffer> groups, List<Runnable> turned, Written written) {
    writing = false;
    if (closed) {
      writer.close();
      return;
    }
    durable = written.end();
    written.opened().forEach(this::opened);
    recycle(groups);
    if (written.usedSpare()) {
      spares.used();
      env.reached("wal/spare-used");
    }
    if (written.almostFull() && !env.fault("wal/no-spare")) {
      spares.prepare();
    }
    var told = new ArrayList<Runnable>(waiters.size());
    for (var waiter = waiters.peek();
        waiter != null && waiter.position <= durable;
        waiter = waiters.peek()) {
      told.add(waiters.remove().then);
    }
    told.addAll(turned);
    if (!waiters.isEmpty() || !turning.isEmpty()) {
      write();
    }
    told.forEach(Runnable::run);
  }

  /// Whether there is a file that can become the next segment. If not, one is being prepared: a log
  /// that is turned without it would begin a small one, and could meet a full disk.
  public boolean canTurn() {
    if (spares.ready() == null) {
      spares.prepare();
      return false;
    }
    return true;
  }

  /// Syncs all that was appended so far, leaves the newest segment, however full it is, and begins
  /// the next; then runs `then`. A segment that holds nothing stays.
  public void turn(Runnable then) {
    Check.that(!closed, "a closed log turns nothing");
    turning.add(then);
    write();
  }

  /// A segment that holds nothing yet makes way for a larger one, which takes its name.
  private void opened(Segment segment) {
    if (segments.getLast().first() == segment.first()) {
      segments.removeLast();
    }
    segments.add(segment);
  }

  private void recycle(List<GroupBuffer> groups) {
    for (var group : groups) {
      if (free.size() < MAX_FREE_BUFFERS && group.isReusable()) {
        free.add(group);
      }
    }
  }

  /// The position behind the last record appended.
  public long end() {
    return end;
  }

  /// Everything below this position is durable.
  public long durable() {
    return durable;
  }

  /// Whether so much waits to be synced that no more should be appended for now. Who goes on
  /// regardless meets a check at twice that much.
  public boolean overloaded() {
    return end - durable >= options.maxBufferedBytes();
  }

  /// Whether the disk had no room for the next segment when that was last tried. What fits into the
  /// current segment can still be written; a host should refuse what can wait.
  public boolean outOfSpace() {
    return spares.isFull();
  }

  /// Whole segments below `position` are not needed any more. They disappear one by one in the
  /// background, oldest first; after a crash some may still be there.
  public void trim(long position) {
    Check.that(position <= durable, "only what is durable is trimmed");
    while (segments.size() > 1) {
      var oldest = segments.remove();
      if (segments.element().first() > position) {
        segments.addFirst(oldest);
        return;
      }
      spares.retire(oldest);
    }
  }

  /// The position at which the oldest segment starts that is kept.
  public long start() {
    return segments.element().first();
  }

  /// The first position of the segment that holds `position`: where [#trim(long)] cuts when it is
  /// called with `position`. For what is not written yet this is the newest segment that there is.
  public long segmentStart(long position) {
    long start = start();
    for (var segment : segments) {
      if (segment.first() > position) {
        break;
      }
      start = segment.first();
    }
    return start;
  }

  /// The first position of the segment that is written now, or will be next.
  public long newest() {
    return segments.getLast().first();
  }

  /// The oldest segment that is complete and ends above `position`; null if there is none. It stays
  /// what it is until it is trimmed.
  public @Nullable WalSegment completeFrom(long position) {
    Segment before = null;
    for (var segment : segments) {
      if (before != null && segment.first() > position) {
        return new WalSegment(before.path(), before.first(), segment.first());
      }
      before = segment;
    }
    return null;
  }

  /// Checks the segments that are complete by now.
  public WalScrub scrub() {
    return new WalScrub(env.files(), List.copyOf(segments));
  }

  /// Whether the segment in which `damage` was found is still part of the log.
  public boolean has(WalDamage damage) {
    return segments.stream().anyMatch(segment -> segment.path().equals(damage.file()));
  }

  /// Lets go of the files, at once or when the write under way ends. What is not synced then is
  /// lost, and nobody who waits is told any more: a host syncs before it closes.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      spares.close();
      if (!writing) {
        writer.close();
      }
    }
  }
}
