package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A walk over what is whole of a table, once from the front to the back. Blocks that are damaged
/// are passed over, and told.
public final class RescueRun implements Run {
  private final Table table;
  private final Findings findings;
  private @Nullable IndexCursor index;
  private @Nullable BlockCursor block;

  /// All keys up to this one were seen or told of.
  private @Nullable Bytes passed;

  private boolean begun;

  public RescueRun(Table table, Findings findings) {
    this.table = table;
    this.findings = findings;
  }

  @Override
  public boolean valid() {
    return block != null;
  }

  /// Only onwards, past everything on the way.
  @Override
  public void toCeiling(Bytes key) {
    if (!begun) {
      begun = true;
      begin();
    }
    while (valid() && key().compareTo(key) < 0) {
      next();
    }
  }

  private void begin() {
    try {
      index = new IndexCursor(table, false);
      nextBlock();
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      lose(table.info().largest());
    }
  }

  /// Goes to the next block that is whole.
  private void nextBlock() {
    var place = Objects.requireNonNull(index);
    block = null;
    do {
      try {
        if (passed == null) {
          place.toFirst();
        } else {
          place.next();
        }
        if (!place.valid()) {
          return;
        }
        var cursor = new BlockCursor(table.entries(place.block(), false));
        cursor.toFirst();
        block = cursor;
      } catch (CorruptionError damaged) {
        findings.damaged(damaged);
        lose(limit(place));
      }
      passed = limit(place);
    } while (block == null);
  }

  private Bytes limit(IndexCursor place) {
    var limit = place.limit();
    return limit == null ? table.info().largest() : limit;
  }

  /// All that is not passed, up to `last`.
  private void lose(Bytes last) {
    var from = passed == null ? table.info().smallest() : passed.successor();
    findings.lost(new KeyRange(from, last.successor()), true, table.path());
  }

  @Override
  public void next() {
    current().next();
    if (!current().valid()) {
      nextBlock();
    }
  }

  @Override
  public Bytes key() {
    return current().key();
  }

  @Override
  public @Nullable Bytes value() {
    return table.value(current().stored());
  }

  @Override
  public boolean deletes() {
    return current().deletes();
  }

  @Override
  public @Nullable ValueReference reference() {
    return current().stored().reference();
  }

  @Override
  public @Nullable Deletions deletions() {
    return table.ranges().isEmpty() ? null : table.ranges();
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    throw new UnsupportedOperationException("what is rescued is read from the front");
  }

  @Override
  public void previous() {
    throw new UnsupportedOperationException("what is rescued is read from the front");
  }

  private BlockCursor current() {
    return Objects.requireNonNull(block);
  }
}
