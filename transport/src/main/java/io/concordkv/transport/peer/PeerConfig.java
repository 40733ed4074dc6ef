package io.concordkv.transport.peer;

import io.concordkv.base.Check;
import io.concordkv.transport.Lane;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// How a node speaks with its peers.
///
/// @param self this node's id
/// @param cluster connections of other clusters are refused
/// @param birth of this node's data
/// @param advertised where peers reach this node, as host:port; empty: they know
/// @param listen where peers find this node, at least one address; port 0 takes a free one
/// @param peers where the others are; a name that is not resolved yet is resolved at each dial
/// @param maxFrameBytes a larger frame is neither sent nor accepted
/// @param queueFrames what may wait on one lane to one peer
/// @param queueBytes and how many bytes of it, on the data lane; the others have a part of that
///   ([#queueBytes(Lane)])
/// @param firstBackoff how long to wait after a first failed dial; doubles from there
/// @param maxBackoff the longest wait between two dials
/// @param timeout for a dial, a handshake, and for what was sent to be acknowledged by the peer's
///   TCP
/// @param random spreads the dials; used by the transport's own thread only
/// @param problems is told, on the transport's thread, what a person should know
public record PeerConfig(
    long self,
    long cluster,
    long birth,
    String advertised,
    List<InetSocketAddress> listen,
    SortedMap<Long, InetSocketAddress> peers,
    int maxFrameBytes,
    int queueFrames,
    long queueBytes,
    Duration firstBackoff,
    Duration maxBackoff,
    Duration timeout,
    RandomGenerator random,
    Consumer<String> problems) {
  public PeerConfig {
    Check.that(self != 0, "a node's id is not 0");
    listen = List.copyOf(listen);
    Check.that(!listen.isEmpty(), "peers find a node somewhere");
    Check.that(maxFrameBytes > 0 && queueFrames > 0 && queueBytes > 0, "limits are positive");
    Check.that(firstBackoff.isPositive() && timeout.isPositive(), "waits take some time");
    Check.that(maxBackoff.compareTo(firstBackoff) >= 0, "the longest wait is the last one");
    peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
  }

  /// With the usual limits, and without peers: they are told later.
  public static PeerConfig of(
      long self,
      long cluster,
      long birth,
      String advertised,
      List<InetSocketAddress> listen,
      RandomGenerator random,
      Consumer<String> problems) {
    return new PeerConfig(
        self,
        cluster,
        birth,
        advertised,
        listen,
        new TreeMap<>(),
        32 << 20,
        16 << 10,
        64 << 20,
        Duration.ofMillis(50),
        Duration.ofSeconds(2),
        Duration.ofSeconds(3),
        random,
        problems);
  }

  /// How many bytes may wait on a lane to one peer; also, how many that came on one connection may
  /// wait to be handled. A frame that is larger than that goes when nothing else waits.
  long queueBytes(Lane lane) {
    return switch (lane) {
      case CONTROL -> queueBytes / 16;
      case DATA -> queueBytes;
      case BULK -> queueBytes / 4;
    };
  }
}
