package io.concordkv.node.shard;

import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The members of the cluster as the log knows them, in order of id.
final class MemberTable {
  private final TreeMap<Long, Member> byId = new TreeMap<>();

  /// Reads what `engine` has, in the place of what was here.
  void load(Engine engine) {
    byId.clear();
    try (var cursor = engine.scan(ShardKeys.ALL_MEMBERS, Order.ASCENDING)) {
      while (cursor.next()) {
        var member = ShardKeys.decodeMember(cursor.value());
        byId.put(member.id(), member);
      }
    }
  }

  void put(Member member, WriteBatch batch) {
    byId.put(member.id(), member);
    batch.put(ShardKeys.member(member.id()), ShardKeys.encode(member));
  }

  /// Sets what a member says of itself. Nothing happens if it is not a member (any more).
  void publish(long id, String name, List<String> clientUrls, WriteBatch batch) {
    var known = byId.get(id);
    if (known != null) {
      put(new Member(id, name, known.peerUrls(), clientUrls, known.learner()), batch);
    }
  }

  @Nullable Member get(long id) {
    return byId.get(id);
  }

  List<Member> all() {
    return List.copyOf(byId.values());
  }
}
