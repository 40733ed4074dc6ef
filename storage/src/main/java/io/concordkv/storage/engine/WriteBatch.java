package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;

/// Changes that become visible and durable together or not at all. A later change of a key in the
/// batch wins over an earlier one.
public final class WriteBatch {
  /// One change, in the order in which it was made.
  public sealed interface Change {
    Bytes key();

    record Put(Bytes key, Bytes value) implements Change {}

    record Delete(Bytes key) implements Change {}
  }

  private final List<Change> changes = new ArrayList<>();
  private long bytes;
  private long mark;

  public WriteBatch put(Bytes key, Bytes value) {
    changes.add(new Change.Put(key, value));
    bytes += key.length() + value.length();
    return this;
  }

  public WriteBatch delete(Bytes key) {
    changes.add(new Change.Delete(key));
    bytes += key.length();
    return this;
  }

  /// A number that grows from batch to batch (a replica's applied index). [Engine#durableMark()]
  /// tells which marks have reached the medium. 0, the default, leaves the engine's mark as it is.
  public WriteBatch mark(long mark) {
    this.mark = mark;
    return this;
  }

  public long mark() {
    return mark;
  }

  public List<Change> changes() {
    return changes;
  }

  /// Of all keys and values.
  public long bytes() {
    return bytes;
  }

  public boolean isEmpty() {
    return changes.isEmpty() && mark == 0;
  }
}
