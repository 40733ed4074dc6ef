package io.concordkv.node;

import io.concordkv.base.env.Env;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import io.concordkv.node.shard.ShardStateMachine;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Who belongs to the cluster, and how that changes: one change after the other, through the log,
/// with etcd's checks made by the leader. Any thread may call it.
public final class Membership {
  private final Env env;
  private final ShardStateMachine shard;
  private final LinearizableReads reads;
  private final PendingWrites writes;
  private final Supplier<Header> header;

  /// What adding a member came to.
  public record Added(Member member, List<Member> members) {
    public Added {
      members = List.copyOf(members);
    }
  }

  /// What a replacement came to. Those who go are among `members` until the change is complete.
  public record Replaced(List<Member> successors, List<Member> members) {
    public Replaced {
      successors = List.copyOf(successors);
      members = List.copyOf(members);
    }
  }

  /// @param header of answers without a revision
  Membership(
      Env env,
      ShardStateMachine shard,
      LinearizableReads reads,
      PendingWrites writes,
      Supplier<Header> header) {
    this.env = env;
    this.shard = shard;
    this.reads = reads;
    this.writes = writes;
    this.header = header;
  }

  public void list(boolean linearizable, Reply<Answer<List<Member>>> reply) {
    env.loop()
        .post(() -> {
          if (linearizable) {
            reads.await(() -> members(reply), reply::failed);
          } else {
            members(reply);
          }
        });
  }

  /// `peerUrls` are valid and sorted.
  public void add(List<String> peerUrls, Standing standing, Reply<Answer<Added>> reply) {
    env.loop()
        .post(() -> {
          long id = freshId(peerUrls);
          writes.submit(
              new Command.AddMember(id, peerUrls, standing),
              () -> {
                var added = Member.unstarted(id, peerUrls, standing);
                reply.done(new Answer<>(header.get(), new Added(added, shard.members())));
              },
              reply::failed);
        });
  }

  public void remove(long member, Reply<Answer<List<Member>>> reply) {
    change(new Command.RemoveMember(member), reply);
  }

  /// Members take the places of others, in one change. A successor 0 is a new member, which gets an
  /// id; its URLs are valid and sorted.
  public void replace(List<Command.Succession> wanted, Reply<Answer<Replaced>> reply) {
    env.loop()
        .post(() -> {
          var successions = wanted.stream().map(this::named).toList();
          writes.submit(
              new Command.ReplaceMembers(successions),
              () ->
                  reply.done(
                      new Answer<>(
                          header.get(), new Replaced(successors(successions), shard.members()))),
              reply::failed);
        });
  }

  private Command.Succession named(Command.Succession each) {
    return each.promotes()
        ? each
        : new Command.Succession(each.member(), freshId(each.peerUrls()), each.peerUrls());
  }

  /// Nobody, if they were removed in the meantime.
  private List<Member> successors(List<Command.Succession> successions) {
    return successions.stream()
        .flatMap(each -> Stream.ofNullable(shard.member(each.successor())))
        .toList();
  }

  /// A learner becomes a voter.
  public void promote(long member, Reply<Answer<List<Member>>> reply) {
    change(new Command.PromoteMember(member), reply);
  }

  /// As in etcd, what is no URL is stored all the same; the member cannot be reached there.
  public void update(long member, List<String> peerUrls, Reply<Answer<List<Member>>> reply) {
    change(new Command.UpdateMember(member, peerUrls), reply);
  }

  private void change(Command.Membership command, Reply<Answer<List<Member>>> reply) {
    env.loop().post(() -> writes.submit(command, () -> members(reply), reply::failed));
  }

  private void members(Reply<Answer<List<Member>>> reply) {
    reply.done(new Answer<>(header.get(), shard.members()));
  }

  /// An id never comes back: who is added again in the second of its removal gets that of a later
  /// one.
  private long freshId(List<String> peerUrls) {
    long second = env.clock().wall().getEpochSecond();
    long id = ClusterIds.added(peerUrls, second);
    while (id == 0 || shard.wasRemoved(id) || shard.member(id) != null) {
      second++;
      id = ClusterIds.added(peerUrls, second);
    }
    return id;
  }
}
