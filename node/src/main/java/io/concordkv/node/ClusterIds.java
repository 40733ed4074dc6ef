package io.concordkv.node;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/// The ids of first members and their cluster, derived as etcd derives them, so that every node
/// comes to the same ones by itself: the first eight bytes of a SHA-1.
final class ClusterIds {
  private ClusterIds() {}

  /// Of the sorted peer URLs and the cluster's token.
  static long member(List<String> peerUrls, String clusterToken) {
    var text = String.join("", peerUrls.stream().sorted().toList()) + clusterToken;
    return head(text.getBytes(StandardCharsets.UTF_8));
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
