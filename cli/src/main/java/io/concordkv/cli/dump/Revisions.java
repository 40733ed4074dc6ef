package io.concordkv.cli.dump;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.cli.dump.LogSurvey.Era;
import io.concordkv.cli.dump.LogSurvey.Fate;
import io.concordkv.cli.dump.StoredState.Applied;
import io.concordkv.mvcc.Mutation;
import io.concordkv.node.Node;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.raft.Entry;
import io.concordkv.replica.wire.LogRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the committed changes of a log came to.
///
/// A log that is there from its first entry on is applied from nothing. Otherwise what lies behind
/// the stored state is applied to that state, and what led to it is aligned with its history
/// ([Alignment]). Where neither says anything the answer is null.
final class Revisions implements AutoCloseable {
  /// So much of what led to the stored state is held in memory; it never is much more than what is
  /// kept for slow followers.
  private static final int MAX_ALIGNED = 200_000;

  private static final long MAX_ALIGNED_BYTES = 256L << 20;

  private final Path directory;
  private final @Nullable StoredState stored;
  private final LogSurvey.@Nullable Group group;
  private final TreeMap<Long, Long> aligned = new TreeMap<>();
  private @Nullable StoredState replayed;
  private @Nullable Era era;

  /// @param directory any that exists; nothing is written to it
  /// @param stored the state of the shard, or null if it is not there
  Revisions(Path directory, @Nullable StoredState stored, LogSurvey survey) {
    this.directory = directory;
    this.stored = stored;
    group = survey.group(Node.GROUP);
    if (group != null && stored != null) {
      group.applied(stored.applied());
    }
  }

  /// Whether the log can be brought together with the stored state. If not, the node has written
  /// one of them meanwhile, or they do not belong together.
  boolean fits() {
    return stored == null
        || group == null
        || fromTheStart(group.newest())
        || group.newest().first() == 0
        || (group.newest().first() <= stored.applied() + 1
            && stored.applied() <= group.newest().last());
  }

  private static boolean fromTheStart(Era era) {
    return era.first() == 1;
  }

  /// Finds out what needs the whole log. Goes over it once if that is necessary.
  Aligner aligner() {
    return new Aligner();
  }

  boolean needsAligner() {
    return stored != null
        && group != null
        && fits()
        && !fromTheStart(group.newest())
        && group.newest().first() <= stored.applied();
  }

  /// Collects the changes that led to the stored state.
  final class Aligner implements LogSurvey.Visitor {
    private final ArrayList<Mutation> changes = new ArrayList<>();
    private final ArrayList<Long> indexes = new ArrayList<>();
    private long bytes;

    @Override
    public void record(long group, LogRecord record) {}

    @Override
    public void entry(long of, Era in, Entry entry, Fate fate) {
      if (of != Node.GROUP
          || group == null
          || stored == null
          || in != group.newest()
          || fate != Fate.COMMITTED
          || entry.index() > stored.applied()) {
        return;
      }
      var change = change(entry);
      if (change != null) {
        changes.add(change);
        indexes.add(entry.index());
        bytes += entry.bytes();
      }
    }

    void align() {
      if (stored == null || changes.size() > MAX_ALIGNED || bytes > MAX_ALIGNED_BYTES) {
        return;
      }
      long revision = stored.revision();
      long known = stored.firstKnown();
      var history = stored.history(revision - changes.size());
      var alignment =
          new Alignment(
              changes, revision, at -> at < known ? null : history.getOrDefault(at, List.of()));
      alignment.solve().forEach((place, made) -> aligned.put(indexes.get(place), made));
    }
  }

  /// What came of a committed entry that changes the keyspace: to be asked for all of them, in
  /// order. Null if that cannot be known.
  @Nullable Applied of(long ofGroup, Era in, Entry entry) {
    var change = ofGroup == Node.GROUP ? change(entry) : null;
    if (change == null || group == null) {
      return null;
    }
    if (fromTheStart(in)) {
      return replay(in).apply(change);
    }
    if (stored == null || in != group.newest() || !fits()) {
      return null;
    }
    if (entry.index() > stored.applied()) {
      return stored.apply(change);
    }
    var made = aligned.get(entry.index());
    return made == null ? null : new Applied(made, null);
  }

  private StoredState replay(Era in) {
    if (replayed == null || era != in) {
      if (replayed != null) {
        replayed.close();
      }
      replayed = StoredState.empty(directory);
      era = in;
    }
    return replayed;
  }

  private static @Nullable Mutation change(Entry entry) {
    if (entry.kind() != Entry.Kind.COMMAND) {
      return null;
    }
    try {
      return EnvelopeCodec.decode(entry.payload()).command() instanceof Command.Change(var mutation)
          ? mutation
          : null;
    } catch (ConcordException | CorruptionError notKnownHere) {
      return null;
    }
  }

  @Override
  public void close() {
    if (replayed != null) {
      replayed.close();
    }
  }
}
