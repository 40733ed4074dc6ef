package io.concordkv.node;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Clock;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import io.concordkv.node.shard.ShardStateMachine;
import io.concordkv.raft.ConfigChange;
import io.concordkv.raft.ProposeResult;
import io.concordkv.raft.Refusal;
import io.concordkv.replica.Replica;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Brings changes of the members into the log, on the leader: checks them as etcd does, by the
/// members that it has applied. Raft lets in one change at a time, so nothing that was checked can
/// change before the change itself is applied.
final class MemberChanges {
  /// A voter counts as healthy once it has been connected for so long.
  private static final Duration HEALTHY = Duration.ofSeconds(5);

  /// How much of the leader's log a learner must have to become a voter.
  private static final double READY_SHARE = 0.9;

  private final Clock clock;
  private final MemberRules rules;
  private final ShardStateMachine shard;
  private final Replica replica;
  private final Transport transport;
  private final long self;
  private final TreeMap<Long, Long> connectedSinceNanos = new TreeMap<>();

  MemberChanges(
      Clock clock,
      MemberRules rules,
      ShardStateMachine shard,
      Replica replica,
      Transport transport) {
    this.clock = clock;
    this.rules = rules;
    this.shard = shard;
    this.replica = replica;
    this.transport = transport;
    self = replica.status().id();
  }

  /// Takes notice of who is connected.
  void sweep() {
    long now = clock.nanos();
    connectedSinceNanos.keySet().removeIf(id -> !transport.connected(id));
    for (var member : shard.members()) {
      if (member.id() != self && transport.connected(member.id())) {
        connectedSinceNanos.putIfAbsent(member.id(), now);
      }
    }
  }

  /// Answers why it was not proposed; null: it was, which is no promise.
  @Nullable ErrorCode propose(Bytes encoded) {
    if (!(EnvelopeCodec.decode(encoded).command() instanceof Command.Membership command)) {
      return ErrorCode.UNKNOWN_COMMAND;
    }
    var refused = check(command);
    if (refused != null) {
      return refused;
    }
    return switch (replica.changeConfig(change(command), encoded)) {
      case ProposeResult.Accepted _ -> null;
      case ProposeResult.NotLeader _ -> ErrorCode.NOT_LEADER;
      case ProposeResult.Overloaded _ -> ErrorCode.TOO_MANY_REQUESTS;
      case ProposeResult.Refused(var why) -> code(why);
    };
  }

  private ConfigChange change(Command.Membership command) {
    return switch (command) {
      case Command.AddMember(var id, _, var standing) -> ConfigChange.of(added(id, standing));
      case Command.RemoveMember(var id) -> ConfigChange.of(new ConfigChange.Remove(id));
      case Command.PromoteMember(var id) -> ConfigChange.of(new ConfigChange.AddVoter(id));
      case Command.ReplaceMembers(var successions) -> replaced(successions);
      case Command.UpdateMember _,
          Command.Publish _,
          Command.Found _,
          Command.Recover _,
          Command.ReleaseMembers _ ->
          ConfigChange.of();
    };
  }

  private static ConfigChange.Step added(long id, Standing standing) {
    return switch (standing) {
      case VOTER -> new ConfigChange.AddVoter(id);
      case LEARNER -> new ConfigChange.AddLearner(id);
      case WITNESS -> new ConfigChange.AddWitness(id);
    };
  }

  private ConfigChange replaced(List<Command.Succession> successions) {
    var steps = new ArrayList<ConfigChange.Step>();
    for (var each : successions) {
      var member = shard.member(each.member());
      if (member != null) {
        var standing = each.promotes() ? Standing.VOTER : member.standing();
        steps.add(added(each.successor(), standing));
        steps.add(new ConfigChange.Remove(each.member()));
      }
    }
    return new ConfigChange(steps);
  }

  private static ErrorCode code(Refusal why) {
    return switch (why) {
      case CHANGE_PENDING, TERM_NOT_COMMITTED -> ErrorCode.MEMBERS_CHANGING;
      case UNKNOWN_MEMBER -> ErrorCode.MEMBER_NOT_FOUND;
      case ALREADY_MEMBER -> ErrorCode.MEMBER_EXISTS;
      case NO_VOTER_LEFT -> ErrorCode.NOT_ENOUGH_STARTED;
      case NOT_CAUGHT_UP -> ErrorCode.LEARNER_NOT_READY;
    };
  }

  private @Nullable ErrorCode check(Command.Membership command) {
    return switch (command) {
      case Command.AddMember add -> checkAdded(add);
      case Command.RemoveMember(var id) -> checkRemoved(id);
      case Command.PromoteMember(var id) -> checkPromoted(id);
      case Command.UpdateMember(var id, var urls) ->
          shard.member(id) == null
              ? ErrorCode.MEMBER_NOT_FOUND
              : shard.taken(urls, id) ? ErrorCode.PEER_URL_EXISTS : null;
      case Command.ReplaceMembers(var successions) -> checkReplaced(successions);
      // What this member has not applied it may not know to be committed.
      case Command.ReleaseMembers(var ids) ->
          shard.neededMembers().containsAll(ids) ? null : ErrorCode.MEMBER_NOT_FOUND;
      case Command.Publish _ -> null;
      case Command.Found _, Command.Recover _ -> ErrorCode.UNKNOWN_COMMAND;
    };
  }

  private @Nullable ErrorCode checkAdded(Command.AddMember add) {
    var voters = voters();
    boolean learner = add.standing() == Standing.LEARNER;
    if (rules.strict()) {
      long started = started(voters);
      // One of two restored alone may be given a second one again.
      boolean restored = started == 1 && voters.size() == 2;
      if (!learner && !restored && started < quorum(voters.size())) {
        return ErrorCode.NOT_ENOUGH_STARTED;
      }
      if (healthy(voters) < voters.size()) {
        return ErrorCode.UNHEALTHY;
      }
    }
    if (shard.wasRemoved(add.member())) {
      return ErrorCode.MEMBER_NOT_FOUND;
    } else if (shard.member(add.member()) != null) {
      return ErrorCode.MEMBER_EXISTS;
    } else if (shard.taken(add.peerUrls(), add.member())) {
      return ErrorCode.PEER_URL_EXISTS;
    } else if (learner && shard.members().size() - voters.size() >= rules.maxLearners()) {
      return ErrorCode.TOO_MANY_LEARNERS;
    }
    return null;
  }

  private @Nullable ErrorCode checkRemoved(long id) {
    var member = shard.member(id);
    if (rules.strict() && (member == null || !member.learner())) {
      var voters = voters();
      var left = voters.stream().filter(voter -> voter.id() != id).toList();
      if (started(left) < quorum(left.size())) {
        return ErrorCode.NOT_ENOUGH_STARTED;
      }
      boolean up = id == self || transport.connected(id);
      if (up && healthy(voters) - 1 < 1 + (voters.size() - 1) / 2) {
        return ErrorCode.UNHEALTHY;
      }
    }
    return member == null ? ErrorCode.MEMBER_NOT_FOUND : null;
  }

  private @Nullable ErrorCode checkPromoted(long id) {
    var member = shard.member(id);
    if (member == null) {
      return ErrorCode.MEMBER_NOT_FOUND;
    }
    if (id != self && !ready(id)) {
      return ErrorCode.LEARNER_NOT_READY;
    }
    var voters = voters();
    if (rules.strict() && 1 + started(voters) < quorum(1 + voters.size())) {
      return ErrorCode.NOT_ENOUGH_STARTED;
    }
    return member.learner() ? null : ErrorCode.NOT_A_LEARNER;
  }

  private boolean ready(long learner) {
    var status = replica.status();
    var progress = status.followers().get(learner);
    return progress != null && progress.match() >= READY_SHARE * status.last().index();
  }

  private @Nullable ErrorCode checkReplaced(List<Command.Succession> successions) {
    var gone = new TreeSet<Long>();
    var here = new TreeSet<Long>();
    var urls = new TreeSet<String>();
    for (var each : successions) {
      boolean once = gone.add(each.member()) && here.add(each.successor());
      if (!once || !each.peerUrls().stream().allMatch(urls::add)) {
        return ErrorCode.BAD_REPLACEMENT;
      }
      var refused = checkSuccession(each);
      if (refused != null) {
        return refused;
      }
    }
    if (gone.isEmpty() || gone.stream().anyMatch(here::contains)) {
      return ErrorCode.BAD_REPLACEMENT;
    }
    return rules.strict() ? checkVotesReplaced(gone, here) : null;
  }

  private @Nullable ErrorCode checkSuccession(Command.Succession each) {
    var member = shard.member(each.member());
    if (member == null) {
      return ErrorCode.MEMBER_NOT_FOUND;
    }
    var successor = shard.member(each.successor());
    if (each.promotes()) {
      if (successor == null) {
        return ErrorCode.MEMBER_NOT_FOUND;
      } else if (!successor.learner()) {
        return ErrorCode.NOT_A_LEARNER;
      } else if (member.learner()) {
        return ErrorCode.BAD_REPLACEMENT;
      }
      return ready(each.successor()) ? null : ErrorCode.LEARNER_NOT_READY;
    }
    if (successor != null || shard.wasRemoved(each.successor())) {
      return ErrorCode.MEMBER_EXISTS;
    }
    return shard.taken(each.peerUrls(), each.member()) ? ErrorCode.PEER_URL_EXISTS : null;
  }

  /// Both the voters that there are and those that there will be can decide without who goes and
  /// who comes with nothing.
  private @Nullable ErrorCode checkVotesReplaced(SortedSet<Long> gone, SortedSet<Long> here) {
    var voters = voters();
    if (voters.stream().noneMatch(voter -> gone.contains(voter.id()))) {
      return null;
    }
    // Whoever comes and is known already is a learner that has caught up.
    var next =
        shard.members().stream()
            .filter(member -> here.contains(member.id()) || !member.learner())
            .filter(member -> !gone.contains(member.id()))
            .toList();
    int quorum = quorum(voters.size());
    if (started(next) < quorum) {
      return ErrorCode.NOT_ENOUGH_STARTED;
    }
    return Math.min(healthy(voters), healthy(next)) < quorum ? ErrorCode.UNHEALTHY : null;
  }

  private List<Member> voters() {
    return shard.members().stream().filter(member -> !member.learner()).toList();
  }

  private static long started(List<Member> members) {
    return members.stream().filter(Member::started).count();
  }

  private static int quorum(int voters) {
    return voters / 2 + 1;
  }

  private long healthy(List<Member> voters) {
    long now = clock.nanos();
    return voters.stream().filter(voter -> voter.id() == self || healthy(voter.id(), now)).count();
  }

  private boolean healthy(long id, long now) {
    var since = connectedSinceNanos.get(id);
    return since != null && now - since >= HEALTHY.toNanos();
  }
}
