package io.concordkv.sim.store;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.Control;
import io.concordkv.embedded.Isolation;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What one client did in one transaction: what it read and wrote.
final class Deed {
  final String name;
  final Isolation isolation;
  final Control control;
  final List<Read> reads = new ArrayList<>();
  final WriteBatch writes = new WriteBatch();

  /// When it began, or first read or locked something: the newest commit that was visible before,
  /// and after that.
  final long began;

  long moment = -1;

  /// Of its commit; 0 if it has none.
  long number;

  /// Whether it was told that all is well.
  boolean committed;

  /// @param before the newest commit that was visible when it was asked for
  /// @param after and when the answer came
  /// @param writes how many of its own came before
  record Read(
      KeyRange range,
      List<Map.Entry<Bytes, Bytes>> found,
      boolean forUpdate,
      long before,
      long after,
      int writes) {}

  Deed(String name, Isolation isolation, Control control, long began) {
    this.name = name;
    this.isolation = isolation;
    this.control = control;
    this.began = began;
  }

  void read(
      KeyRange range,
      List<Map.Entry<Bytes, Bytes>> found,
      boolean forUpdate,
      long before,
      long after) {
    reads.add(new Read(range, found, forUpdate, before, after, writes.changes().size()));
  }

  /// The keys of `change` as a range.
  static KeyRange range(WriteBatch.Change change) {
    return switch (change) {
      case WriteBatch.Change.Single single -> only(single.key());
      case WriteBatch.Change.DeleteRange(var range) -> range;
    };
  }

  static KeyRange only(Bytes key) {
    return new KeyRange(key, key.successor());
  }

  @Override
  public String toString() {
    return "%s: %s %s, %d reads, %d changes, from %d on, number %d"
        .formatted(name, control, isolation, reads.size(), writes.changes().size(), began, number);
  }
}
