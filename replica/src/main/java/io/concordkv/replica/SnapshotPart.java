package io.concordkv.replica;

import io.concordkv.base.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/// A part of a state, as it is sent.
///
/// @param name what a receiver needs to know in order to find the same part of its own state; null
///   if none has it
public record SnapshotPart(@Nullable Bytes name, Bytes content) {
  /// Names a content: no two are known that have the same (SHA-256).
  public static Bytes digest(Bytes content) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(content.toByteBuffer());
      return Bytes.wrap(sha256.digest());
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
