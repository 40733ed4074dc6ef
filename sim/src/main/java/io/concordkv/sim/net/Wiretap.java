package io.concordkv.sim.net;

import io.concordkv.transport.Frame;
import java.util.List;

/// Hears what nodes say, before the network does anything with it.
public interface Wiretap {
  void sent(long from, long to, Frame frame);

  /// `to` is told that its connection from another node is closed.
  default void disconnected(long to) {}

  /// So many cuts there are in the network now. Who is cut off from another may notice at any time.
  default void cuts(int count) {}

  /// All of `taps`, also those that are added later.
  static Wiretap all(List<Wiretap> taps) {
    return new Wiretap() {
      @Override
      public void sent(long from, long to, Frame frame) {
        taps.forEach(tap -> tap.sent(from, to, frame));
      }

      @Override
      public void disconnected(long to) {
        taps.forEach(tap -> tap.disconnected(to));
      }

      @Override
      public void cuts(int count) {
        taps.forEach(tap -> tap.cuts(count));
      }
    };
  }
}
