package io.concordkv.raft;

import io.concordkv.base.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Where a story is played: members whose disks are instant unless they are `slow`, and a network
/// that delivers when told to.
///
/// ```text
/// cluster 3 [learners=1] [prevote=false] [checkquorum=false] [inflight=2] [append=40]
/// campaign 1        tick 1 10           propose 1 x y       read 2 7         transfer 1 2
/// hold 1->2         release
/// deliver [1->2]    drop 1->2           isolate 1           heal             state
/// crash 2           start 2             lose 2 1            trim 1 5         log 1
/// slow 1            turn 1              persist 1           fast 1           delivered 1 3
/// ```
final class Stage {
  private final TreeMap<Long, TestMember> members = new TreeMap<>();
  private final ArrayDeque<Message> network = new ArrayDeque<>();
  private final List<Message> held = new ArrayList<>();
  private final TreeSet<Long> isolated = new TreeSet<>();
  private final TreeSet<Long> slow = new TreeSet<>();
  private final Oracle oracle = new Oracle();
  private List<String> out = new ArrayList<>();

  List<String> play(String line) {
    out = new ArrayList<>();
    var words = List.of(line.split(" "));
    if (words.getFirst().equals("cluster")) {
      build(words);
    } else {
      act(words);
    }
    settle();
    if (out.isEmpty()) {
      out.add("ok");
    }
    return out;
  }

  private void act(List<String> words) {
    switch (words.getFirst()) {
      case "campaign" -> {
        var node = member(words).node();
        var before = node.status();
        for (int i = 0; i < 20; i++) {
          node.tick();
          var now = node.status();
          if (now.role() != before.role() || now.hardState().term() > before.hardState().term()) {
            break;
          }
        }
      }
      case "tick" -> {
        for (int i = 0; i < number(words, 2); i++) {
          member(words).node().tick();
        }
      }
      case "propose" -> {
        var commands = words.subList(2, words.size()).stream().map(Bytes::of).toList();
        out.add(
            switch (member(words).node().propose(commands)) {
              case ProposeResult.Accepted(var first) -> "accepted at " + Telling.of(first);
              case ProposeResult.NotLeader(long leader) -> "not leader, ask " + leader;
              case ProposeResult.Overloaded() -> "overloaded";
              case ProposeResult.Refused(var why) -> "refused: " + why;
            });
      }
      case "read" -> member(words).node().readIndex(number(words, 2));
      case "transfer" -> out.add("" + member(words).node().transferLeadership(number(words, 2)));
      case "deliver" -> deliver(words.size() > 1 ? words.get(1) : "");
      case "drop" ->
          network.removeIf(m -> {
            boolean dropped = link(m).startsWith(words.get(1));
            if (dropped) {
              out.add("lost " + Telling.of(m));
            }
            return dropped;
          });
      case "hold" -> {
        network.stream().filter(m -> link(m).equals(words.get(1))).forEach(held::add);
        network.removeAll(held);
      }
      case "release" -> {
        network.addAll(held);
        held.clear();
      }
      case "isolate" -> isolated.add(number(words, 1));
      case "heal" -> isolated.clear();
      case "crash" -> member(words).crash(0);
      case "start" -> member(words).start();
      case "lose" -> {
        var member = member(words);
        member.crash(0);
        oracle.damaged();
        member.disk.cut(member.disk.last() - number(words, 2));
        member.suspect = true;
        member.start();
      }
      case "trim" -> member(words).trim(number(words, 2));
      case "slow" -> slow.add(number(words, 1));
      case "fast" -> slow.remove(number(words, 1));
      case "turn" -> turn(member(words));
      case "persist" -> member(words).persist();
      case "delivered" -> member(words).node().reportSnapshot(number(words, 2), true);
      case "state" -> members.values().stream().map(Telling::state).forEach(out::add);
      case "log" ->
          out.add(member(words).log.stream().map(Telling::of).collect(Collectors.joining(" ")));
      default -> throw new AssertionError("no such command: " + words);
    }
  }

  private void build(List<String> words) {
    long voters = number(words, 1);
    long learners = 0;
    var config = RaftConfig.of(1);
    for (var option : words.subList(2, words.size())) {
      var name = option.substring(0, option.indexOf('='));
      var value = option.substring(option.indexOf('=') + 1);
      switch (name) {
        case "learners" -> learners = Long.parseLong(value);
        case "prevote" ->
            config =
                with(
                    config,
                    config.maxInflightMessages(),
                    config.maxAppendBytes(),
                    false,
                    config.checkQuorum());
        case "checkquorum" ->
            config =
                with(
                    config,
                    config.maxInflightMessages(),
                    config.maxAppendBytes(),
                    config.preVote(),
                    false);
        case "inflight" ->
            config =
                with(
                    config,
                    Integer.parseInt(value),
                    config.maxAppendBytes(),
                    config.preVote(),
                    config.checkQuorum());
        case "append" ->
            config =
                with(
                    config,
                    config.maxInflightMessages(),
                    Long.parseLong(value),
                    config.preVote(),
                    config.checkQuorum());
        default -> throw new AssertionError("no such option: " + option);
      }
    }
    var voting = new TreeSet<Long>();
    var learning = new TreeSet<Long>();
    for (long id = 1; id <= voters + learners; id++) {
      (id <= voters ? voting : learning).add(id);
    }
    var configuration = Configuration.of(List.copyOf(voting), List.copyOf(learning));
    for (long id : configuration.members()) {
      var own =
          new RaftConfig(
              id,
              10,
              1,
              config.maxAppendBytes(),
              config.maxInflightMessages(),
              1 << 20,
              1 << 20,
              1 << 20,
              config.preVote(),
              config.checkQuorum(),
              false);
      members.put(id, new TestMember(own, id, new TestDisk(configuration), network::add, oracle));
    }
    oracle.watch(List.copyOf(members.values()));
    members.values().forEach(TestMember::start);
  }

  private static RaftConfig with(
      RaftConfig c, int inflight, long append, boolean preVote, boolean checkQuorum) {
    return new RaftConfig(
        c.id(),
        c.electionTicks(),
        c.heartbeatTicks(),
        append,
        inflight,
        c.maxInflightBytes(),
        c.maxUncommittedBytes(),
        c.maxCommittedBytes(),
        preVote,
        checkQuorum,
        false);
  }

  private void deliver(String only) {
    for (int i = 0; i < 1000; i++) {
      settle();
      var next = network.stream().filter(m -> link(m).startsWith(only)).findFirst();
      if (next.isEmpty()) {
        return;
      }
      var message = next.get();
      network.removeFirstOccurrence(message);
      var to = members.get(message.to());
      if (to == null
          || !to.up()
          || isolated.contains(message.to())
          || isolated.contains(message.from())) {
        out.add("lost " + Telling.of(message));
        continue;
      }
      out.add(Telling.of(message));
      to.node().step(message);
    }
    throw new AssertionError("they never stop talking");
  }

  private void settle() {
    for (var member : members.values()) {
      while (member.up() && !slow.contains(member.id)) {
        boolean busy = turn(member);
        busy |= member.persist();
        busy |= member.apply(Integer.MAX_VALUE);
        if (!busy) {
          break;
        }
      }
    }
  }

  private boolean turn(TestMember member) {
    var ready = member.turn();
    if (ready == null) {
      return false;
    }
    for (var state : ready.readStates()) {
      out.add("%d may read %d at %d".formatted(member.id, state.token(), state.index()));
    }
    if (slow.contains(member.id)) {
      out.add(
          "ready %d: entries [%s]%s"
              .formatted(
                  ready.number(),
                  ready.entries().stream().map(Telling::of).collect(Collectors.joining(" ")),
                  ready.mustSync() ? ", to be synced" : ""));
    }
    return true;
  }

  private static String link(Message message) {
    return message.from() + "->" + message.to();
  }

  private TestMember member(List<String> words) {
    var member = members.get(number(words, 1));
    if (member == null) {
      throw new AssertionError("no such member: " + words);
    }
    return member;
  }

  private static long number(List<String> words, int at) {
    return Long.parseLong(words.get(at));
  }
}
