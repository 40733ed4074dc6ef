package io.concordkv.node.shard;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import org.jspecify.annotations.Nullable;

/// What a member has itself of a state that it is being sent, in the chunks in which it is sent.
/// Used by one worker at a time.
///
/// What is damaged here is not there: the chunk that it lies in is sent like any other that
/// differs.
final class OwnPairs implements AutoCloseable {
  private final View view;
  private @Nullable Cursor cursor;

  /// Everything up to here was passed.
  private Bytes passed = Bytes.EMPTY;

  OwnPairs(View view) {
    this.view = view;
  }

  /// All up to and with `last` came from elsewhere.
  void pass(Bytes last) {
    passed = last;
  }

  /// The chunk of all pairs behind what was passed, up to and with `last`, which is passed now.
  /// Null if there is none, it is larger than any that is sent, or damaged.
  @Nullable Bytes upTo(Bytes last) {
    var out = new ByteWriter().u32(0);
    boolean fits = true;
    try {
      var from = cursor;
      boolean there;
      if (from == null) {
        from = view.scan(new KeyRange(passed, null), Order.ASCENDING);
        cursor = from;
        there = from.next();
      } else {
        there = from.key().compareTo(passed) >= 0 || from.seek(passed);
      }
      while (there && from.key().compareTo(last) <= 0 && fits) {
        if (passed.isEmpty() || from.key().compareTo(passed) > 0) {
          fits = out.size() < ShardStateMachine.MAX_CHUNK_BYTES;
          out.bytes(from.key()).bytes(from.value());
        }
        there = from.next();
      }
      if (!there) {
        // The cursor stands nowhere, so it cannot be asked to go on.
        close(from);
      }
    } catch (CorruptionError _) {
      close(cursor);
      fits = false;
    }
    passed = last;
    return fits && out.size() > 4 ? PairStream.finish(out) : null;
  }

  private void close(@Nullable Cursor gone) {
    cursor = null;
    if (gone != null) {
      gone.close();
    }
  }

  @Override
  public void close() {
    close(cursor);
    view.close();
  }
}
