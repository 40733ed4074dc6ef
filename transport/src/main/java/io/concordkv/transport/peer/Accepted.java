package io.concordkv.transport.peer;

import io.concordkv.transport.Inbox;
import io.concordkv.transport.Lane;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The connections that peers opened. Owned by the thread of the [Sockets].
@SuppressWarnings("FutureReturnValueIgnored") // what is scheduled is cut off with its thread
public final class Accepted {
  private static final int MAX_CONNECTIONS = 1024;

  private final PeerConfig config;
  private final Sockets sockets;
  private final Inbox inbox;
  private final Set<Incoming> open = new LinkedHashSet<>();
  private final Map<Lane, Map<Long, Incoming>> byLane = new EnumMap<>(Lane.class);
  private final Consumer<Handshake.Hello> welcomed;
  private Roster roster;
  private boolean closed;

  /// @param welcomed is told of each peer that is let in
  Accepted(PeerConfig config, Sockets sockets, Inbox inbox, Consumer<Handshake.Hello> welcomed) {
    this.config = config;
    this.sockets = sockets;
    this.inbox = inbox;
    this.welcomed = welcomed;
    roster = Roster.of(config.peers());
  }

  Roster roster() {
    return roster;
  }

  /// Those who are not members any more are cut off: they learn why when they dial again.
  void roster(Roster roster) {
    this.roster = roster;
    for (var peers : byLane.values()) {
      for (var peer : List.copyOf(peers.entrySet())) {
        if (roster.removed().contains(peer.getKey())) {
          peer.getValue().close();
        }
      }
    }
  }

  /// A connection was opened. Null: there are too many, it is to be closed at once. Who says
  /// nothing within the timeout is closed, too.
  public @Nullable Incoming admit(Incoming.Source source) {
    if (closed) {
      return null;
    }
    if (open.size() >= MAX_CONNECTIONS) {
      config.problems().accept("refused a connection: there are " + open.size() + " already");
      return null;
    }
    var incoming = new Incoming(this, config, sockets.thread(), inbox, source);
    open.add(incoming);
    sockets.thread().schedule(incoming::expire, config.timeout().toNanos(), TimeUnit.NANOSECONDS);
    return incoming;
  }

  void close() {
    closed = true;
    List.copyOf(open).forEach(Incoming::close);
  }

  /// A peer has one connection for each lane: when it opens another one, it has given up the first.
  void keep(Handshake.Hello hello, Incoming incoming) {
    welcomed.accept(hello);
    var before =
        byLane.computeIfAbsent(hello.lane(), _ -> new TreeMap<>()).put(hello.from(), incoming);
    if (before != null) {
      before.close();
    }
  }

  void forget(Handshake.@Nullable Hello hello, Incoming incoming) {
    open.remove(incoming);
    if (hello != null) {
      byLane.getOrDefault(hello.lane(), new TreeMap<>()).remove(hello.from(), incoming);
    }
  }
}
