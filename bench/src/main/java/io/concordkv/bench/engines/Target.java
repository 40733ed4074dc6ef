package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.util.List;

/// What is measured: a map of bytes, mostly an ordered one. The thread that opened it reads and
/// writes it; others write it if it [Contender.Trait#SYNCS], and read it with a [#reader()] of
/// their own if it has [Contender.Trait#READERS].
interface Target extends Reader {
  /// Counts when this returns, as it was opened: a synced one has it on the medium then.
  void put(Bytes key, Bytes value);

  /// In one step where the target can do that, else one after the other.
  default void putAll(List<Bytes> keys, List<Bytes> values) {
    for (int i = 0; i < keys.size(); i++) {
      put(keys.get(i), values.get(i));
    }
  }

  void delete(Bytes key);

  /// For another thread, made and closed by the thread that opened this. It may see the content as
  /// it is now, whatever is written later.
  Reader reader();

  /// Writes out what is only in memory and waits until what runs in the background is done.
  default void settle() {}

  /// How many bytes went to files for each one that was put; NaN if it does not tell.
  default double writeAmplification() {
    return Double.NaN;
  }

  /// Bytes that it holds outside of the heap; for those in memory only.
  default long offHeapBytes() {
    return 0;
  }

  /// The bytes of `bytes` as an array, without a copy where it is one already.
  static byte[] array(Bytes bytes) {
    var shared = bytes.sharedArray();
    return shared.length == bytes.length() ? shared : bytes.toArray();
  }
}
