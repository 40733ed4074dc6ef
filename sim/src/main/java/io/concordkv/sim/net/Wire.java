package io.concordkv.sim.net;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// One direction of one link.
final class Wire {
  private static final int MAX_HELD = 10_000;

  final long from;
  final long to;
  final SplittableRandom chance;

  /// What a clog holds back.
  private final List<Bytes> held = new ArrayList<>();

  /// Frames of earlier connections do not arrive any more.
  int connection;

  long lastArrival;

  /// Until when the link carries what was sent before, if it carries little.
  long busyUntil;

  Bytes lastSent = Bytes.EMPTY;

  Wire(long from, long to, SplittableRandom chance) {
    this.from = from;
    this.to = to;
    this.chance = chance;
  }

  void hold(Bytes encoded) {
    if (held.size() < MAX_HELD) {
      held.add(encoded);
    }
  }

  List<Bytes> release() {
    var released = List.copyOf(held);
    held.clear();
    return released;
  }

  boolean strikes(int thousandths) {
    return thousandths > 0 && chance.nextInt(1000) < thousandths;
  }
}
