package io.concordkv.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Members on a network that loses, repeats, delays and cuts, with disks that are slow and crash.
/// The [Oracle] looks after every event; in the end everything heals and all must agree.
final class RaftProperty {
  @Test
  void three_members_agree_whatever_happens() {
    run(0, 200, 3, 0, 0, 1500);
  }

  @Test
  void five_members_agree_whatever_happens() {
    run(10_000, 100, 5, 0, 0, 2000);
  }

  @Test
  void learners_follow_and_decide_nothing() {
    run(20_000, 60, 3, 2, 0, 1500);
  }

  @Test
  void a_member_that_lost_its_tail_takes_nothing_committed_with_it() {
    run(30_000, 200, 3, 0, 4, 1500);
    run(40_000, 80, 5, 0, 4, 2000);
  }

  private static void run(
      long firstSeed, int seeds, int voters, int learners, int damagePerMille, int events) {
    String only = System.getProperty("seeds", "");
    int factor = only.isEmpty() ? 1 : Integer.parseInt(only);
    for (long seed = firstSeed; seed < firstSeed + (long) seeds * factor; seed++) {
      try {
        new Run(seed, voters, learners, damagePerMille).go(events);
      } catch (Error | RuntimeException failure) {
        throw new AssertionError(
            "seed " + seed + " with " + voters + " voters: " + failure.getMessage(), failure);
      }
    }
  }

  private static final class Run {
    final SplittableRandom random;
    final Oracle oracle = new Oracle();
    final List<TestMember> members = new ArrayList<>();
    final List<Message> network = new ArrayList<>();
    final List<Message> held = new ArrayList<>();
    final TreeMap<Long, Long> reads = new TreeMap<>();
    final int lossPercent;
    final int duplicatePercent;
    final boolean ordered;
    final int crashPerMille;
    final int damagePerMille;
    final boolean slowDisks;
    long cut;
    long token;
    long value;

    Run(long seed, int voters, int learners, int damagePerMille) {
      random = new SplittableRandom(seed);
      lossPercent = random.nextBoolean() ? 0 : random.nextInt(20);
      duplicatePercent = random.nextBoolean() ? 0 : random.nextInt(30);
      ordered = random.nextBoolean();
      crashPerMille = random.nextBoolean() ? 0 : random.nextInt(15);
      slowDisks = random.nextBoolean();
      this.damagePerMille = damagePerMille;
      var ids = new ArrayList<Long>();
      for (long id = 1; id <= voters; id++) {
        ids.add(id);
      }
      var learning = new ArrayList<Long>();
      for (long id = voters + 1L; id <= voters + learners; id++) {
        learning.add(id);
      }
      var configuration = Configuration.of(ids, learning);
      boolean preVote = random.nextInt(4) > 0;
      boolean checkQuorum = random.nextInt(4) > 0;
      long maxAppend = random.nextBoolean() ? 100 : 1 << 20;
      int inflight = random.nextBoolean() ? 2 : 256;
      for (long id : configuration.members()) {
        var config =
            new RaftConfig(
                id, 10, 1, maxAppend, inflight, 1 << 20, 1 << 20, 200, preVote, checkQuorum, false);
        members.add(
            new TestMember(
                config, seed * 1000 + id * 100, new TestDisk(configuration), network::add, oracle));
      }
      oracle.watch(members);
      members.forEach(TestMember::start);
    }

    void go(int events) {
      for (int i = 0; i < events; i++) {
        event();
      }
      heal();
    }

    void event() {
      var member = members.get(random.nextInt(members.size()));
      int dice = random.nextInt(1000);
      if (dice < crashPerMille) {
        if (member.up()) {
          member.crash(random.nextInt(3));
        }
      } else if (dice < crashPerMille + damagePerMille) {
        damage(member);
      } else if (!member.up()) {
        if (random.nextInt(10) == 0) {
          member.start();
        }
      } else if (dice < 40) {
        cut = random.nextBoolean() ? 0 : random.nextLong();
      } else if (dice < 45) {
        member.node().transferLeadership(1 + random.nextInt(members.size()));
      } else if (dice < 50) {
        member.trim(member.node().status().applied() - random.nextInt(5));
      } else if (dice < 55) {
        member.node().reportUnreachable(1 + random.nextInt(members.size()));
      } else if (dice < 60) {
        member.node().reportSnapshot(1 + random.nextInt(members.size()), random.nextBoolean());
      } else if (dice < 250) {
        member.node().tick();
      } else if (dice < 330) {
        propose(member);
      } else if (dice < 370) {
        read(member);
      } else if ((dice < 400 && !slowDisks) || dice < 372) {
        member.settle();
      } else if (dice < 550) {
        turn(member);
      } else if (dice < 650) {
        member.persist();
      } else if (dice < 700) {
        member.apply(1 + random.nextInt(3));
      } else {
        deliver();
      }
      if (member.up() && random.nextBoolean()) {
        turn(member);
      }
      if (member.up()) {
        oracle.check(member);
      }
    }

    void turn(TestMember member) {
      var ready = member.turn();
      if (ready == null) {
        return;
      }
      for (var state : ready.readStates()) {
        var invoked = reads.get(state.token());
        // I12: reading at the answer sees all that was committed when the question was asked.
        if (invoked != null && state.index() > 0) {
          assertThat(state.index()).as("read %d", state.token()).isGreaterThanOrEqualTo(invoked);
        }
      }
    }

    void propose(TestMember member) {
      var commands = new ArrayList<Bytes>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        commands.add(Bytes.of("v" + value++));
      }
      member.node().propose(commands);
    }

    void read(TestMember member) {
      reads.put(++token, oracle.lastCommitted());
      member.node().readIndex(token);
    }

    void damage(TestMember member) {
      boolean others = members.stream().anyMatch(m -> m != member && m.distrusted());
      if (others || member.distrusted() || member.disk.entries.size() < 2) {
        return;
      }
      oracle.damaged();
      member.crash(0);
      long cutAt =
          member.disk.last() - 1 - random.nextInt(Math.min(5, member.disk.entries.size() - 1));
      member.disk.cut(Math.max(cutAt, member.disk.start.last().index() + 1));
      member.suspect = true;
      member.start();
    }

    void deliver() {
      if (network.isEmpty()) {
        return;
      }
      int at = ordered ? 0 : random.nextInt(Math.min(20, network.size()));
      var message = network.remove(at);
      if (random.nextInt(100) < duplicatePercent) {
        if (random.nextInt(4) == 0) {
          held.add(message);
        } else {
          network.add(message);
        }
      }
      if (!held.isEmpty() && random.nextInt(50) == 0) {
        network.add(held.remove(random.nextInt(held.size())));
      }
      if (random.nextInt(100) < lossPercent || isCut(message.from(), message.to())) {
        if (message instanceof Message.InstallSnapshot) {
          reportSnapshot(message, false);
        }
        return;
      }
      hand(message);
    }

    void hand(Message message) {
      for (var member : members) {
        if (member.id == message.to() && member.up()) {
          if (message instanceof Message.InstallSnapshot) {
            reportSnapshot(message, true);
          }
          member.node().step(message);
          oracle.check(member);
        }
      }
    }

    /// The sender's driver learns what became of a snapshot.
    void reportSnapshot(Message message, boolean delivered) {
      for (var member : members) {
        if (member.id == message.from() && member.up()) {
          member.node().reportSnapshot(message.to(), delivered);
        }
      }
    }

    boolean isCut(long from, long to) {
      return (cut >>> ((from * 7 + to) % 60) & 3) == 3;
    }

    void heal() {
      cut = 0;
      for (var member : members) {
        if (!member.up()) {
          member.start();
        }
        for (long id = 1; id <= members.size(); id++) {
          member.node().reportSnapshot(id, false);
        }
      }
      boolean agreed = false;
      for (int round = 0; round < 400 && !agreed; round++) {
        for (var member : members) {
          member.node().tick();
        }
        if (round == 100) {
          members.forEach(this::propose);
        }
        for (int i = 0; i < 30 && (i == 0 || !network.isEmpty()); i++) {
          for (var member : members) {
            turn(member);
            member.settle();
          }
          var waiting = List.copyOf(network);
          network.clear();
          waiting.forEach(this::hand);
        }
        agreed = round > 120 && agreed();
      }
      assertThat(agreed).as("all agree once healed: %s", describe()).isTrue();
    }

    boolean agreed() {
      var first = members.getFirst().node().status();
      return members.stream()
          .map(m -> m.node().status())
          .allMatch(s ->
              s.last().equals(first.last())
                  && s.applied() == first.last().index()
                  && !s.suspect()
                  && s.leader() == first.leader()
                  && s.leader() != 0);
    }

    List<RaftStatus> describe() {
      return members.stream().map(m -> m.node().status()).toList();
    }
  }
}
