package io.concordkv.replica.wire;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.CorruptionError;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;

/// What keeps groups without work asleep.
public sealed interface RestFrame {
  int SLEEP = 40;
  int BEAT = 41;

  /// From a group's leader: all of the log, up to `index`, is everywhere and applied; nobody needs
  /// to tick until something happens.
  record Sleep(long term, long index) implements RestFrame {}

  /// From a node, for all its sleeping groups at once: it lives. `life` differs from start to
  /// start.
  record Beat(long life) implements RestFrame {}

  /// `group` 0 for a beat.
  default Frame encode(long group) {
    return switch (this) {
      case Sleep(long term, long index) ->
          new Frame(
              Lane.CONTROL, group, SLEEP, new ByteWriter(20).varint(term).varint(index).finish());
      case Beat(long life) ->
          new Frame(Lane.CONTROL, 0, BEAT, new ByteWriter(8).u64(life).finish());
    };
  }

  static RestFrame decode(Frame frame) {
    var in = new ByteReader(frame.payload());
    RestFrame decoded =
        switch (frame.kind()) {
          case SLEEP -> new Sleep(in.varint(), in.varint());
          case BEAT -> new Beat(in.u64());
          default -> throw new CorruptionError("no rest frame has the kind " + frame.kind());
        };
    in.end();
    return decoded;
  }
}
