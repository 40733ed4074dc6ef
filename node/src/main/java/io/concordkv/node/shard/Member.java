package io.concordkv.node.shard;

import java.util.List;

/// A member of the cluster. Until it has published itself its name and client URLs are empty.
public record Member(
    long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {
  public Member {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }
}
