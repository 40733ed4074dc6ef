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
  private @Nullable Block index;
  private @Nullable BlockCursor handles;
  private @Nullable BlockCursor block;

  /// All keys up to this one were seen or told of.
  private @Nullable Bytes passed;

  private int entry = -1;
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
      var found = table.index(false);
      index = found;
      handles = new BlockCursor(found);
      nextBlock();
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      var info = table.info();
      lose(info.smallest(), info.largest());
    }
  }

  private void nextBlock() {
    var keys = Objects.requireNonNull(handles);
    var places = Objects.requireNonNull(index);
    block = null;
    while (++entry < places.restarts() && block == null) {
      if (entry == 0) {
        keys.toFirst();
      } else {
        keys.next();
      }
      try {
        var cursor = new BlockCursor(table.block(places, entry, false));
        cursor.toFirst();
        block = cursor;
      } catch (CorruptionError damaged) {
        findings.damaged(damaged);
        lose(passed == null ? table.info().smallest() : passed.successor(), keys.key());
      } catch (IndexOutOfBoundsException malformed) {
        findings.damaged(table.path() + ": a block is not one of entries");
        lose(passed == null ? table.info().smallest() : passed.successor(), keys.key());
      }
      passed = keys.key();
    }
    entry--;
  }

  private void lose(Bytes from, Bytes last) {
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
    return current().value();
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
