package io.concordkv.cli.shell;

import com.google.protobuf.ByteString;
import io.concordkv.cli.command.GlobalOptions;
import io.concordkv.cli.command.Session;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The keys that begin with what was typed: few, quickly, or none.
final class KeySource {
  private static final int LIMIT = 50;
  private static final long BUDGET_MILLIS = 200;

  private final Session session;
  private final GlobalOptions options;

  KeySource(Session session, GlobalOptions options) {
    this.session = session;
    this.options = options;
  }

  List<String> startingWith(String prefix) {
    var key = ByteString.copyFromUtf8(prefix);
    var request =
        RangeRequest.newBuilder()
            .setKey(key.isEmpty() ? ByteString.copyFrom(new byte[1]) : key)
            .setRangeEnd(after(key))
            .setLimit(LIMIT)
            .setKeysOnly(true)
            .setSerializable(true)
            .build();
    var client = session.client(options.client(session.environment()));
    try {
      return client
          .kv()
          .rangeAsync(request)
          .get(BUDGET_MILLIS, TimeUnit.MILLISECONDS)
          .getKvsList()
          .stream()
          .map(pair -> pair.getKey())
          .filter(ByteString::isValidUtf8)
          .map(ByteString::toStringUtf8)
          .toList();
    } catch (ExecutionException | TimeoutException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /// A key above all with the prefix; no UTF-8 text has a byte of 0xff.
  private static ByteString after(ByteString prefix) {
    return prefix.isEmpty()
        ? ByteString.copyFrom(new byte[1])
        : prefix.concat(ByteString.copyFrom(new byte[] {(byte) 0xff}));
  }
}
