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
/// cluster 3 [learners=1] [witnesses=1] [strangers=1] [prevote=false] [checkquorum=false]
///           [inflight=2] [append=40] [promotion=5] [lease=10]
/// change 1 voter=4 learner=5 witness=6 remove=1      priority 2 5     hint 2 1     sleep 1 20
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
        var member = member(words);
        var before = member.node().status();
        for (int i = 0; i < 20; i++) {
          member.tick();
          var now = member.node().status();
          if (now.role() != before.role() || now.hardState().term() > before.hardState().term()) {
            break;
          }
        }
      }
      case "tick" -> {
        for (int i = 0; i < number(words, 2); i++) {
          member(words).tick();
        }
      }
      case "propose" -> {
        var commands = words.subList(2, words.size()).stream().map(Bytes::of).toList();
        out.add(told(member(words).propose(commands)));
      }
      case "change" -> out.add(told(member(words).change(change(words.subList(2, words.size())))));
      case "priority" -> {
        var member = member(words);
        member.config = member.config.withPriority((int) number(words, 2));
        member.crash(0);
        member.start();
      }
      case "lease" -> {
        var member = member(words);
        member.config = member.config.withLease(TestMember.TICK, (int) number(words, 2));
        member.crash(0);
        member.start();
      }
      case "hint" -> member(words).aside(node -> node.leaderLost(number(words, 2)));
      case "sleep" -> member(words).nowNanos += number(words, 2) * TestMember.TICK.toNanos();
      case "read" -> member(words).aside(node -> node.readIndex(number(words, 2)));
      case "transfer" ->
          member(words).aside(node -> out.add("" + node.transferLeadership(number(words, 2))));
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
    var fleet = Fleet.of((int) number(words, 1));
    long append = 1 << 20;
    int inflight = 256;
    boolean preVote = true;
    boolean checkQuorum = true;
    long promotion = 0;
    int lease = 0;
    long waiting = 1 << 20;
    for (var option : words.subList(2, words.size())) {
      var name = option.substring(0, option.indexOf('='));
      var value = option.substring(option.indexOf('=') + 1);
      switch (name) {
        case "learners" -> fleet = fleet.learners(Integer.parseInt(value));
        case "witnesses" -> fleet = fleet.witnesses(Integer.parseInt(value));
        case "strangers" -> fleet = fleet.changing(Integer.parseInt(value));
        case "prevote" -> preVote = Boolean.parseBoolean(value);
        case "checkquorum" -> checkQuorum = Boolean.parseBoolean(value);
        case "inflight" -> inflight = Integer.parseInt(value);
        case "append" -> append = Long.parseLong(value);
        case "promotion" -> promotion = Long.parseLong(value);
        case "lease" -> lease = Integer.parseInt(value);
        case "waiting" -> waiting = Long.parseLong(value);
        default -> throw new AssertionError("no such option: " + option);
      }
    }
    var founders = fleet.configuration();
    for (long id = 1; id <= fleet.size(); id++) {
      var config =
          new RaftConfig(
              id,
              10,
              1,
              append,
              inflight,
              1 << 20,
              1 << 20,
              1 << 20,
              waiting,
              0,
              preVote,
              checkQuorum,
              false,
              RaftConfig.HIGHEST_PRIORITY,
              promotion,
              0);
      if (lease > 0) {
        config = config.withLease(TestMember.TICK, lease);
      }
      var disk = new TestDisk(founders.members().contains(id) ? founders : Configuration.EMPTY);
      members.put(id, new TestMember(config, id, disk, network::add, oracle));
    }
    oracle.watch(List.copyOf(members.values()));
    members.values().forEach(TestMember::start);
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
      to.step(message);
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

  private static String told(ProposeResult result) {
    return switch (result) {
      case ProposeResult.Accepted(var first) -> "accepted at " + Telling.of(first);
      case ProposeResult.NotLeader(long leader) -> "not leader, ask " + leader;
      case ProposeResult.Overloaded() -> "overloaded";
      case ProposeResult.Refused(var why) -> "refused: " + why;
    };
  }

  private static ConfigChange change(List<String> words) {
    return new ConfigChange(
        words.stream()
            .map(word -> {
              long id = Long.parseLong(word.substring(word.indexOf('=') + 1));
              return switch (word.substring(0, word.indexOf('='))) {
                case "voter" -> new ConfigChange.AddVoter(id);
                case "learner" -> new ConfigChange.AddLearner(id);
                case "witness" -> new ConfigChange.AddWitness(id);
                case "remove" -> (ConfigChange.Step) new ConfigChange.Remove(id);
                default -> throw new AssertionError("no such step: " + word);
              };
            })
            .toList());
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
