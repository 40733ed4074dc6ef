package io.concordkv.node;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/// The ids of members and of their cluster, derived as etcd derives them, so that every first
/// member comes to the same ones by itself: the first eight bytes of a SHA-1.
final class ClusterIds {
  private ClusterIds() {}

  /// Of the sorted peer URLs and the cluster's token.
  static long member(List<String> peerUrls, String clusterToken) {
    var text = String.join("", peerUrls.stream().sorted().toList()) + clusterToken;
    return head(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Of one that is added later: of its peer URLs and the time, so that a member that comes back
  /// has another id.
  static long added(List<String> peerUrls, long epochSecond) {
    return member(peerUrls, Long.toString(epochSecond));
  }

  /// Of the member ids in unsigned order.
  static long cluster(List<Long> members) {
    var out = new ByteWriter();
    members.stream().sorted(Long::compareUnsigned).forEach(out::u64);
    return head(out.finish().toArray());
  }

  private static long head(byte[] content) {
    try {
      var digest = MessageDigest.getInstance("SHA-1").digest(content);
      return new ByteReader(Bytes.wrap(digest)).u64();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
