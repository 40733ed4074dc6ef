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
import java.util.List;
import java.util.TreeMap;
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

  private static ConfigChange change(Command.Membership command) {
    return switch (command) {
      case Command.AddMember(var id, _, var standing) ->
          ConfigChange.of(
              switch (standing) {
                case VOTER -> new ConfigChange.AddVoter(id);
                case LEARNER -> new ConfigChange.AddLearner(id);
                case WITNESS -> new ConfigChange.AddWitness(id);
              });
      case Command.RemoveMember(var id) -> ConfigChange.of(new ConfigChange.Remove(id));
      case Command.PromoteMember(var id) -> ConfigChange.of(new ConfigChange.AddVoter(id));
      case Command.UpdateMember _, Command.Publish _, Command.Found _, Command.Recover _ ->
          ConfigChange.of();
    };
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
    var status = replica.status();
    var progress = status.followers().get(id);
    if (id != self
        && (progress == null || progress.match() < READY_SHARE * status.last().index())) {
      return ErrorCode.LEARNER_NOT_READY;
    }
    var voters = voters();
    if (rules.strict() && 1 + started(voters) < quorum(1 + voters.size())) {
      return ErrorCode.NOT_ENOUGH_STARTED;
    }
    return member.learner() ? null : ErrorCode.NOT_A_LEARNER;
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
