package io.concordkv.embedded;

import io.concordkv.storage.engine.View;
import java.util.concurrent.atomic.AtomicInteger;

/// Those who read a store: what they see, and how many of them may come with claims.
final class Readership implements Store.Audience {
  final Published.Newest newest = new Published.Newest();

  /// How many transactions are open that see an earlier content.
  final AtomicInteger transactions = new AtomicInteger();

  @Override
  public void publish(View view, long sequence, Runnable closed) {
    newest.put(new Published(view, sequence, closed));
  }

  @Override
  public boolean hasTransactions() {
    return transactions.get() > 0;
  }
}
