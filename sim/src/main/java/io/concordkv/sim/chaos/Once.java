package io.concordkv.sim.chaos;

import com.google.protobuf.ByteString;
import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/// Writers that put one new key after another, each once. What was acknowledged must be there in
/// the end, and nothing may be there that was never asked for.
final class Once {
  private static final String PREFIX = "once/";
  private static final int PAGE = 1000;

  private final Set<String> acknowledged = new ConcurrentSkipListSet<>();
  private final Set<String> attempted = new ConcurrentSkipListSet<>();

  void act(int writer, long number, ConcordClient client) {
    var key = PREFIX + writer + "/" + "%08d".formatted(number);
    attempted.add(key);
    try {
      var _ = client.kv().put(key, "of " + key);
      acknowledged.add(key);
    } catch (ClientException unknown) {
      // It may be there or not; it is not written again.
    }
  }

  int acknowledged() {
    return acknowledged.size();
  }

  void check(ConcordClient client) {
    var stored = stored(client);
    var lost = new TreeSet<>(acknowledged);
    lost.removeAll(stored);
    ChaosFailure.unless(lost.isEmpty(), "acknowledged writes are lost", lost);
    stored.removeAll(attempted);
    ChaosFailure.unless(stored.isEmpty(), "nobody wrote these", stored);
  }

  private static Set<String> stored(ConcordClient client) {
    var keys = new TreeSet<String>();
    List<String> wrong = new ArrayList<>();
    var from = ByteString.copyFromUtf8(PREFIX);
    var end = ByteString.copyFromUtf8("once0");
    while (true) {
      var page =
          client
              .kv()
              .range(
                  RangeRequest.newBuilder().setKey(from).setRangeEnd(end).setLimit(PAGE).build());
      for (var pair : page.getKvsList()) {
        var key = pair.getKey().toStringUtf8();
        keys.add(key);
        if (!pair.getValue().toStringUtf8().equals("of " + key)) {
          wrong.add(key);
        }
      }
      if (!page.getMore()) {
        ChaosFailure.unless(wrong.isEmpty(), "these have values of others", wrong);
        return keys;
      }
      from = page.getKvs(page.getKvsCount() - 1).getKey().concat(ByteString.copyFrom(new byte[1]));
    }
  }
}
