package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// An ordered map of bytes. Owned by one event loop; what reads elsewhere reads a [View].
///
/// A replicated node runs its engine without a log of its own: the Raft log holds every batch until
/// the engine has made it durable by itself. [#durableMark()] says how far that is, so the log can
/// be trimmed to there and is replayed from there.
public interface Engine extends View {
  /// All or nothing. Visible at once to [#get] and [#scan], and to views taken from now on.
  ///
  /// Never waits for the disk. The caller waits for [#writeDelayNanos()] before it writes the next
  /// one, and while [#stalled()] slows down what leads to writes, but a write is still taken.
  void write(WriteBatch batch);

  /// A batch of one change.
  default void put(Bytes key, Bytes value) {
    write(new WriteBatch().put(key, value));
  }

  /// A batch of one change. Harmless if there is no such key.
  default void delete(Bytes key) {
    write(new WriteBatch().delete(key));
  }

  /// A batch of one change: whatever is in `range` is gone. Harmless if there is nothing.
  default void deleteRange(KeyRange range) {
    write(new WriteBatch().deleteRange(range));
  }

  /// Reads a value, and writes what `change` makes of it. It is given null where there is no value,
  /// and what it makes null is deleted. Returns the new value.
  default @Nullable Bytes update(Bytes key, UnaryOperator<@Nullable Bytes> change) {
    var before = get(key);
    var after = change.apply(before);
    if (after != null) {
      put(key, after);
    } else if (before != null) {
      delete(key);
    }
    return after;
  }

  /// This moment, frozen.
  View view();

  /// Makes everything written so far durable and returns when it is. Blocks: for use while a node
  /// opens or closes, and in tests. In service an engine makes itself durable bit by bit.
  void sync();

  /// Starts making everything written so far durable, in the background; [#durableMark()] moves
  /// when it is done.
  void flush();

  /// Starts giving back what room can be given back: what is superseded, deleted or empty. An
  /// engine that does so as it goes does nothing.
  default void reclaim() {}

  /// Copies everything written so far to `directory`, a new one, durably and in the background;
  /// then runs `done` on the loop. Batches written until then may be in it too, each as a whole.
  /// The engine's [EngineProvider] opens it like one of its own.
  void checkpoint(String directory, Runnable done);

  /// As [#checkpoint(String, Runnable)], but if the disk has no room for it, `full` gets to know
  /// why and nothing is left of it. An engine that cannot tell lets that end whoever owns it.
  default void checkpoint(String directory, Runnable done, Consumer<FileException> full) {
    checkpoint(directory, done);
  }

  /// A new content, to be built by a worker and taken over with [#replaceWith].
  Replacement replacement();

  /// Puts a sealed replacement in the place of everything, durably and in one step, and sets both
  /// marks to `mark`. Then runs `done` on the loop. No other write may come in between; views taken
  /// before keep what they saw.
  void replaceWith(Replacement replacement, long mark, Runnable done);

  /// Prepared tables ([io.concordkv.storage.engine.lsm.TableBuilder]), to be copied by a worker and
  /// taken in with [#take]. An engine that has no tables refuses with a [ConcordException].
  ///
  /// @param paths of files whose keys do not overlap, in any order
  default Intake intake(FileSystem from, List<String> paths) {
    throw new ConcordException(
        ErrorCode.BAD_TABLE, "this engine takes in no tables: the engine lsm does");
  }

  /// Puts what was copied above everything that was written before, durably and in one step, as if
  /// it were a batch with this `mark`. Then runs `done` on the loop. No other write may come in
  /// between; views taken before keep what they saw.
  default void take(Intake copied, long mark, Runnable done) {
    throw new ConcordException(
        ErrorCode.BAD_TABLE, "this engine takes in no tables: the engine lsm does");
  }

  /// The highest [WriteBatch#mark(long)] that a crash cannot take back. 0 if there is none.
  long durableMark();

  /// The mark of the newest batch, durable or not.
  long mark();

  /// More is waiting to be written to disk than is healthy.
  boolean stalled();

  /// How long whoever writes should wait before the next batch, in nanoseconds, so that the work in
  /// the background keeps up. It rises little by little with what is due, so a writer that obeys
  /// meets [#stalled()] only when the disk does not move at all. Asked before each write; 0: it
  /// need not wait. A loop never sleeps: it sets a timer.
  default long writeDelayNanos() {
    return 0;
  }

  /// How many pairs there are; exact in memory, an estimate where counting would mean reading.
  long count();

  EngineSizes sizes();

  default EngineMetrics metrics() {
    return EngineMetrics.of(this);
  }

  /// The files that hold the content now, oldest first, by number. An engine in memory has none.
  default List<Long> files() {
    return List.of();
  }

  /// Checks one of them; null if it is gone by now.
  default @Nullable Scrub scrub(long file) {
    return null;
  }

  /// Damage that work in the background or a reader met, until the content is replaced; null if
  /// there is none. What need not touch it goes on: an engine that keeps files apart sets the
  /// damaged one aside, another one stops all work in the background.
  default @Nullable CorruptionError damage() {
    return null;
  }

  @Override
  void close();
}
