package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.KeyRange;
import org.jspecify.annotations.Nullable;

/// What of a key is its prefix, where tables have filters of prefixes.
///
/// @param delimited whether a prefix ends with the first byte `operand`; else it has `operand`
///   bytes
public record PrefixExtractor(boolean delimited, int operand) {
  /// The prefix of `key`; null if it has none, since it is too short or nothing ends it.
  @Nullable Bytes of(Bytes key) {
    if (!delimited) {
      return key.length() < operand ? null : key.slice(0, operand);
    }
    for (int i = 0; i < key.length(); i++) {
      if ((key.at(i) & 0xFF) == operand) {
        return key.slice(0, i + 1);
      }
    }
    return null;
  }

  /// The prefix that each key of `range` has, whether it exists or not; null if they do not all
  /// have the same.
  @Nullable Bytes of(KeyRange range) {
    var prefix = of(range.from());
    return prefix != null && KeyRange.prefix(prefix).contains(range) ? prefix : null;
  }

  void write(ByteWriter out) {
    out.flag(delimited).varint(operand);
  }

  static PrefixExtractor read(ByteReader in) {
    boolean delimited = in.flag();
    long operand = in.varint();
    if (operand < 1 || operand > (delimited ? 0xFF : Integer.MAX_VALUE)) {
      throw new CorruptionError("a filter is made of prefixes by a rule that is not known here");
    }
    return new PrefixExtractor(delimited, (int) operand);
  }
}
