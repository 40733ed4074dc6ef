package io.concordkv.transport.peer;

import java.net.InetSocketAddress;

/// How bytes are carried between nodes: the seam below which TCP and gRPC differ. Everything is
/// called, and calls back, on the thread of the [Sockets], but for [#listen] and [#close].
public interface Wire extends AutoCloseable {
  /// Makes a wire of sockets that its owner closes behind it.
  interface Maker {
    Wire on(Sockets sockets, PeerConfig config);
  }

  /// Takes one more port and gives each connection to `accepted`. Blocks; returns where it listens.
  /// Throws [java.io.UncheckedIOException] if the port cannot be had.
  InetSocketAddress listen(InetSocketAddress address, Accepted accepted);

  /// Dials and says hello. Returns at once; what comes of it is told to `events`, later.
  Line dial(InetSocketAddress address, Handshake.Hello hello, Line.Events events);

  /// Accepts nothing more, and gives back what the wire itself holds. Blocks for a bounded time.
  @Override
  void close();
}
