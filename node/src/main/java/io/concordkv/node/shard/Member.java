package io.concordkv.node.shard;

import java.util.List;

/// A member of the cluster. Until it has published itself its name and client URLs are empty.
///
/// @param birth drawn when the member's data directory was made; 0 until it has published itself
public record Member(
    long id,
    String name,
    List<String> peerUrls,
    List<String> clientUrls,
    boolean learner,
    long birth) {
  public Member {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }

  /// One that has not published itself.
  public static Member unstarted(long id, List<String> peerUrls, boolean learner) {
    return new Member(id, "", peerUrls, List.of(), learner, 0);
  }

  public boolean started() {
    return !name.isEmpty();
  }
}
