package io.concordkv.node.shard;

import io.concordkv.node.command.Standing;
import java.util.List;

/// A member of the cluster. Until it has published itself its name and client URLs are empty.
///
/// @param birth drawn when the member's data directory was made; 0 until it has published itself
public record Member(
    long id,
    String name,
    List<String> peerUrls,
    List<String> clientUrls,
    Standing standing,
    long birth) {
  public Member {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }

  /// One that has not published itself.
  public static Member unstarted(long id, List<String> peerUrls, Standing standing) {
    return new Member(id, "", peerUrls, List.of(), standing, 0);
  }

  public Member with(Standing standing) {
    return new Member(id, name, peerUrls, clientUrls, standing, birth);
  }

  public boolean started() {
    return !name.isEmpty();
  }

  public boolean learner() {
    return standing == Standing.LEARNER;
  }

  public boolean witness() {
    return standing == Standing.WITNESS;
  }
}
