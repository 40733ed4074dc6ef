package io.concordkv.transport.peer;

import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Who the peers are, by what this node knows.
///
/// @param peers where they are; a name that is not resolved yet is resolved at each dial
/// @param births by which data each is known to take part: who comes with other data is refused
/// @param removed who is refused for ever
/// @param page what is answered to `GET /members`; empty: nothing
public record Roster(
    SortedMap<Long, InetSocketAddress> peers,
    SortedMap<Long, Long> births,
    SortedSet<Long> removed,
    Page page) {
  /// A document and the cluster that it is of, for nodes that want to join and for people.
  public record Page(long cluster, String json) {}

  public Roster {
    peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
    births = Collections.unmodifiableSortedMap(new TreeMap<>(births));
    removed = Collections.unmodifiableSortedSet(new TreeSet<>(removed));
  }

  /// Peers of which no more is known.
  public static Roster of(Map<Long, InetSocketAddress> peers) {
    return new Roster(new TreeMap<>(peers), new TreeMap<>(), new TreeSet<>(), new Page(0, "[]"));
  }
}
