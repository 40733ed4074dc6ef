package io.concordkv.sim.net;

import io.concordkv.transport.Frame;

/// Hears what nodes say, before the network does anything with it.
public interface Wiretap {
  void sent(long from, long to, Frame frame);
}
