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
    run(0, 150, Fleet.of(3), 1500);
  }

  @Test
  void five_members_agree_whatever_happens() {
    run(10_000, 70, Fleet.of(5), 2000);
  }

  @Test
  void learners_follow_and_decide_nothing() {
    run(20_000, 60, Fleet.of(3).learners(2), 1500);
  }

  @Test
  void a_member_that_lost_its_tail_takes_nothing_committed_with_it() {
    run(30_000, 150, Fleet.of(3).damaged(4), 1500);
    run(40_000, 50, Fleet.of(5).damaged(4), 2000);
  }

  @Test
  void members_come_and_go_whatever_happens() {
    run(50_000, 150, Fleet.of(3).changing(2), 2000);
    run(60_000, 80, Fleet.of(4).learners(1).changing(2), 2500);
  }

  @Test
  void witnesses_vote_and_acknowledge_without_the_commands() {
    run(70_000, 60, Fleet.of(2).witnesses(1), 1500);
    run(80_000, 80, Fleet.of(3).witnesses(1).changing(2), 2000);
  }

  @Test
  void a_lease_is_never_broken() {
    run(90_000, 80, Fleet.of(3).withLeases(), 2000);
    run(100_000, 80, Fleet.of(3).changing(2).withLeases(), 2000);
  }

  private static void run(long firstSeed, int seeds, Fleet fleet, int events) {
    String only = System.getProperty("seeds", "");
    int factor = only.isEmpty() ? 1 : Integer.parseInt(only);
    for (long seed = firstSeed; seed < firstSeed + (long) seeds * factor; seed++) {
      try {
        new Run(seed, fleet).go(events);
      } catch (Error | RuntimeException failure) {
        throw new AssertionError(
            "seed " + seed + " with " + fleet + ": " + failure.getMessage(), failure);
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
    final boolean slowDisks;
    final Fleet fleet;
    long cut;
    long paused;
    long token;
    long value;

    Run(long seed, Fleet fleet) {
      this.fleet = fleet;
      random = new SplittableRandom(seed);
      lossPercent = random.nextBoolean() ? 0 : random.nextInt(20);
      duplicatePercent = random.nextBoolean() ? 0 : random.nextInt(30);
      ordered = random.nextBoolean();
      crashPerMille = random.nextBoolean() ? 0 : random.nextInt(15);
      slowDisks = random.nextBoolean();
      boolean preVote = random.nextInt(4) > 0;
      boolean checkQuorum = fleet.leases() || random.nextInt(4) > 0;
      long maxAppend = random.nextBoolean() ? 100 : 1 << 20;
      int inflight = random.nextBoolean() ? 2 : 256;
      boolean preferring = random.nextInt(4) == 0;
      long margin = fleet.changes() && random.nextBoolean() ? 3 : 0;
      var founders = fleet.configuration();
      for (long id = 1; id <= fleet.size(); id++) {
        var config =
            new RaftConfig(
                id,
                10,
                1,
                maxAppend,
                inflight,
                1 << 20,
                1 << 20,
                200,
                1 << 20,
                seed % 3 == 0 ? 5 : 0,
                preVote,
                checkQuorum,
                false,
                preferring ? random.nextInt(11) : RaftConfig.HIGHEST_PRIORITY,
                margin,
                0);
        if (fleet.leases()) {
          config = config.withLease(TestMember.TICK, 10);
        }
        var disk = new TestDisk(founders.members().contains(id) ? founders : Configuration.EMPTY);
        members.add(new TestMember(config, seed * 1000 + id * 100, disk, network::add, oracle));
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
      if (fleet.leases()) {
        passTime();
        if (member.id == paused) {
          return;
        }
      }
      int dice = random.nextInt(1000);
      if (dice < crashPerMille) {
        if (member.up()) {
          member.crash(random.nextInt(3));
        }
      } else if (dice < crashPerMille + fleet.damagePerMille()) {
        damage(member);
      } else if (!member.up()) {
        if (random.nextInt(10) == 0) {
          member.start();
        }
      } else if (dice < 40) {
        cut = random.nextBoolean() ? 0 : random.nextLong();
      } else if (dice < 45) {
        long to = 1L + random.nextInt(members.size());
        member.aside(node -> node.transferLeadership(to));
      } else if (dice < 50) {
        member.trim(member.node().status().applied() - random.nextInt(5));
      } else if (dice < 55) {
        long lost = 1L + random.nextInt(members.size());
        member.aside(node -> node.reportUnreachable(lost));
        member.aside(node -> node.leaderLost(lost));
      } else if (dice < 60) {
        member.node().reportSnapshot(1L + random.nextInt(members.size()), random.nextBoolean());
      } else if (dice < 70 && fleet.changes()) {
        member.change(fleet.change(random));
      } else if (dice < 78 && fleet.leases()) {
        paused = random.nextInt(3) == 0 ? 0 : member.id;
      } else if (dice < 250) {
        tick(member);
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

    /// With leases, time goes on for all, and nobody counts ticks faster than they pass.
    void tick(TestMember member) {
      long tick = TestMember.TICK.toNanos();
      if (!fleet.leases()) {
        member.tick();
      } else if (member.nowNanos - member.tickedNanos >= tick) {
        member.tickedNanos = member.nowNanos;
        member.tick();
        member.nowNanos -= tick;
      }
    }

    /// Clocks go at slightly different speeds.
    void passTime() {
      long passed = random.nextLong(TestMember.TICK.toNanos() / 8);
      for (var member : members) {
        member.nowNanos += passed + passed * (member.id % 3 - 1) / 25;
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
      member.propose(commands);
    }

    void read(TestMember member) {
      reads.put(++token, oracle.lastCommitted());
      member.aside(node -> node.readIndex(token));
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
        if (member.id == message.to() && member.up() && member.id != paused) {
          if (message instanceof Message.InstallSnapshot) {
            reportSnapshot(message, true);
          }
          member.step(message);
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
      paused = 0;
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
        members.forEach(TestMember::tick);
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

    /// All who are members have the same log and know the same leader, and nothing is under way.
    boolean agreed() {
      for (var leader : members) {
        var lead = leader.node().status();
        var now = lead.configuration();
        if (lead.role() == Role.LEADER
            && !now.joint()
            && now.members().stream().allMatch(id -> follows(members.get((int) (id - 1)), lead))) {
          return true;
        }
      }
      return false;
    }

    static boolean follows(TestMember member, RaftStatus lead) {
      var s = member.node().status();
      return s.last().equals(lead.last())
          && s.applied() == lead.last().index()
          && !s.suspect()
          && s.leader() == lead.id()
          && s.configuration().equals(lead.configuration());
    }

    List<RaftStatus> describe() {
      return members.stream().map(m -> m.node().status()).toList();
    }
  }
}
