package io.concordkv.sim.nemesis;

import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.net.Route;
import io.concordkv.sim.net.Trouble;
import io.concordkv.sim.net.Weather;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// What happens between nodes.
final class NetworkHarm {
  private final Field field;

  NetworkHarm(Field field) {
    this.field = field;
  }

  void weather(Fault fault) {
    var chance = fault.chance();
    var one = field.victim(fault);
    var route = chance.nextInt(3) == 0 ? Route.of(one.id()) : Route.ALL;
    field.trouble(new Trouble.Foul(route, foul(chance)), fault.harmMillis());
  }

  void echo(Fault fault) {
    boolean all = fault.chance().nextBoolean();
    var route = all ? Route.ALL : Route.to(field.victim(fault).id());
    field.trouble(new Trouble.Echo(route), fault.harmMillis());
  }

  void halves(Fault fault) {
    var chance = fault.chance();
    var ids = field.shuffledIds(chance);
    int cut = chance.nextInt(ids.size());
    part(List.of(ids.subList(0, cut), ids.subList(cut, ids.size())), fault);
  }

  void isolateLeader(SimNode node, Fault fault) {
    field.trouble(new Trouble.Cut(field.exile(node, fault.chance())), fault.harmMillis());
  }

  void isolate(long node, Fault fault) {
    field.trouble(new Trouble.Cut(Route.of(node)), fault.harmMillis());
  }

  void bridge(Fault fault) {
    var ids = field.shuffledIds(fault.chance());
    int half = ids.size() / 2;
    var one = ids.subList(0, half + 1);
    // Whoever is in both is the bridge.
    part(List.of(one, ids.subList(half, ids.size())), fault);
  }

  /// Each node hears as many of those behind it in the ring as make a majority with itself.
  void ring(Fault fault) {
    var ids = field.shuffledIds(fault.chance());
    int size = ids.size();
    int reach = size / 2;
    Route far =
        (from, to) -> {
          int distance = Math.floorMod(ids.indexOf(to) - ids.indexOf(from), size);
          return ids.contains(from) && ids.contains(to) && distance > reach;
        };
    field.trouble(new Trouble.Cut(far), fault.harmMillis());
  }

  void oneWay(Fault fault) {
    var ids = field.shuffledIds(fault.chance());
    field.trouble(new Trouble.Cut(Route.link(ids.getFirst(), ids.getLast())), fault.harmMillis());
  }

  void mute(Fault fault) {
    long node = field.leaderOr(field.victim(fault)).id();
    boolean deaf = fault.chance().nextBoolean();
    field.trouble(new Trouble.Cut(deaf ? Route.to(node) : Route.from(node)), fault.harmMillis());
  }

  void deaf(Fault fault, int... kinds) {
    var chance = fault.chance();
    var route = chance.nextBoolean() ? Route.ALL : Route.of(field.victim(fault).id());
    var lost = Arrays.stream(kinds).boxed().toList();
    field.trouble(new Trouble.Deaf(route, lost), fault.harmMillis());
  }

  /// What a leader hears is old, perhaps of another term; and perhaps nobody hears it.
  void lag(Fault fault) {
    var chance = fault.chance();
    long node = field.leaderOr(field.victim(fault)).id();
    field.lag(node, chance.nextBoolean(), fault.harmMillis(), chance);
  }

  /// Votes of one election arrive in the next.
  void lagVotes(Fault fault) {
    var votes = List.of(MessageCodec.VOTE, MessageCodec.VOTE_REPLY);
    int micros = field.elections(fault.chance());
    field.trouble(new Trouble.Late(Route.ALL, votes, micros), fault.harmMillis());
    var leader = field.cluster.leader();
    if (leader != null) {
      field.trouble(new Trouble.Cut(Route.of(leader.id())), fault.harmMillis());
    }
  }

  void loseHeartbeats(Fault fault) {
    deaf(fault, MessageCodec.HEARTBEAT, MessageCodec.HEARTBEAT_REPLY);
  }

  void loseChunks(Fault fault) {
    deaf(fault, fault.chance().nextBoolean() ? StreamFrame.CHUNK : StreamFrame.END);
  }

  void clog(Route route, Fault fault) {
    field.trouble(new Trouble.Clog(route), fault.harmMillis());
  }

  void narrow(Fault fault) {
    var chance = fault.chance();
    var route = chance.nextBoolean() ? Route.ALL : Route.of(field.victim(fault).id());
    field.trouble(new Trouble.Narrow(route, chance.nextLong(2_000, 200_000)), fault.harmMillis());
  }

  void reset(Fault fault) {
    boolean all = fault.chance().nextBoolean();
    field.network.reset(all ? Route.ALL : Route.of(field.victim(fault).id()));
  }

  private void part(List<List<Long>> groups, Fault fault) {
    var copies = groups.stream().map(List::copyOf).toList();
    field.trouble(new Trouble.Cut(Route.between(copies)), fault.harmMillis());
  }

  private static Weather foul(SplittableRandom chance) {
    return new Weather(
        chance.nextBoolean() ? chance.nextInt(300) : 0,
        chance.nextBoolean() ? chance.nextInt(500) : 0,
        chance.nextBoolean() ? chance.nextInt(20) : 0,
        100,
        500 + chance.nextInt(50_000),
        chance.nextBoolean() ? chance.nextInt(200) : 0,
        1 + chance.nextInt(3_000_000),
        chance.nextBoolean());
  }
}
