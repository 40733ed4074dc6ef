package io.concordkv.node.shard;

import io.concordkv.base.ErrorCode;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Standing;
import io.concordkv.raft.Configuration;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The members of the cluster as the log knows them, in unsigned order of id, and who was removed:
/// those ids never come back. Of these some are still needed: as long as it is not certain that a
/// majority of those who stay knows of it, one who does not may have to ask for their votes.
///
/// Invariant: its members are those of the configuration, each with its standing there.
final class MemberTable {
  private final TreeMap<Long, Member> byId = new TreeMap<>(Long::compareUnsigned);
  private final TreeSet<Long> needed = new TreeSet<>(Long::compareUnsigned);
  private final TreeSet<Long> released = new TreeSet<>(Long::compareUnsigned);

  /// Reads what `engine` has, in the place of what was here.
  void load(Engine engine) {
    byId.clear();
    needed.clear();
    released.clear();
    try (var cursor = engine.scan(ShardKeys.ALL_MEMBERS, Order.ASCENDING)) {
      while (cursor.next()) {
        var member = ShardKeys.decodeMember(cursor.value());
        byId.put(member.id(), member);
      }
    }
    try (var cursor = engine.scan(ShardKeys.ALL_REMOVED, Order.ASCENDING)) {
      while (cursor.next()) {
        boolean isNeeded = cursor.value().equals(ShardKeys.NEEDED);
        (isNeeded ? needed : released).add(ShardKeys.removedId(cursor.key()));
      }
    }
  }

  /// Applies a command about members. Answers why nothing was done; null: it was.
  @Nullable ErrorCode apply(Command.Membership command, WriteBatch batch) {
    switch (command) {
      case Command.Found(var founders) ->
          founders.forEach(
              each -> put(Member.unstarted(each.member(), each.peerUrls(), Standing.VOTER), batch));
      case Command.AddMember(var id, var urls, var standing) ->
          put(Member.unstarted(id, urls, standing), batch);
      case Command.Publish said -> publish(said, batch);
      case Command.RemoveMember(var id) -> remove(id, batch);
      case Command.ReleaseMembers(var ids) -> ids.forEach(id -> release(id, batch));
      case Command.ReplaceMembers(var successions) -> {
        for (var each : successions) {
          if (!each.promotes()) {
            put(Member.unstarted(each.successor(), each.peerUrls(), Standing.VOTER), batch);
          }
        }
        // Who goes is a member until the configuration says otherwise, and standings are its
        // matter.
      }
      case Command.PromoteMember _, Command.Recover _ -> {
        // The configuration says it all.
      }
      case Command.UpdateMember(var id, var urls) -> {
        return update(id, urls, batch);
      }
    }
    return null;
  }

  /// Brings the table to a configuration that came into force.
  void follow(Configuration configuration, WriteBatch batch) {
    var members = configuration.members();
    for (var member : all()) {
      var standing = standing(configuration, member.id());
      if (!members.contains(member.id())) {
        remove(member.id(), batch);
      } else if (member.standing() != standing) {
        put(member.with(standing), batch);
      }
    }
  }

  private static Standing standing(Configuration configuration, long id) {
    return configuration.witnesses().contains(id)
        ? Standing.WITNESS
        : configuration.votes(id) ? Standing.VOTER : Standing.LEARNER;
  }

  /// Sets what a member says of itself. Nothing happens if it is not a member (any more).
  private void publish(Command.Publish said, WriteBatch batch) {
    var known = byId.get(said.member());
    if (known != null) {
      put(
          new Member(
              known.id(),
              said.name(),
              known.peerUrls(),
              said.clientUrls(),
              known.standing(),
              said.birth()),
          batch);
    }
  }

  @Nullable Member get(long id) {
    return byId.get(id);
  }

  List<Member> all() {
    return List.copyOf(byId.values());
  }

  /// Who was removed and is still needed.
  List<Long> needed() {
    return List.copyOf(needed);
  }

  /// Who was removed and is not needed.
  List<Long> released() {
    return List.copyOf(released);
  }

  boolean wasRemoved(long id) {
    return needed.contains(id) || released.contains(id);
  }

  boolean wasReleased(long id) {
    return released.contains(id);
  }

  /// Whether somebody else than `id` is at one of `urls`.
  boolean taken(List<String> urls, long id) {
    return byId.values().stream()
        .anyMatch(
            member -> member.id() != id && member.peerUrls().stream().anyMatch(urls::contains));
  }

  private @Nullable ErrorCode update(long id, List<String> urls, WriteBatch batch) {
    var known = byId.get(id);
    if (known == null) {
      return ErrorCode.MEMBER_NOT_FOUND;
    }
    if (taken(urls, id)) {
      return ErrorCode.PEER_URL_EXISTS;
    }
    put(
        new Member(id, known.name(), urls, known.clientUrls(), known.standing(), known.birth()),
        batch);
    return null;
  }

  private void put(Member member, WriteBatch batch) {
    byId.put(member.id(), member);
    batch.put(ShardKeys.member(member.id()), ShardKeys.encode(member));
  }

  private void remove(long id, WriteBatch batch) {
    if (byId.remove(id) != null) {
      batch.delete(ShardKeys.member(id));
      needed.add(id);
      batch.put(ShardKeys.removed(id), ShardKeys.NEEDED);
    }
  }

  private void release(long id, WriteBatch batch) {
    if (needed.remove(id)) {
      released.add(id);
      batch.put(ShardKeys.removed(id), ShardKeys.RELEASED);
    }
  }
}
