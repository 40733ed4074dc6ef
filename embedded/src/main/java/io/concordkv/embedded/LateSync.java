package io.concordkv.embedded;

import io.concordkv.base.env.Env;
import io.concordkv.storage.wal.Wal;
import java.time.Duration;

/// Syncs a log some time after it was written to, or when much was.
///
/// Owned by the store's loop.
final class LateSync {
  private static final long EAGER_BYTES = 4 << 20;

  private final Env env;
  private final Wal wal;
  private final Runnable synced;
  private boolean ticking;
  private boolean stopped;

  LateSync(Env env, Wal wal, Runnable synced) {
    this.env = env;
    this.wal = wal;
    this.synced = synced;
  }

  /// What was written is to be synced within this time.
  void within(Duration time) {
    if (wal.end() - wal.durable() >= EAGER_BYTES) {
      wal.sync(wal.end(), synced);
    } else if (!ticking) {
      ticking = true;
      var _ =
          env.loop()
              .after(
                  time,
                  () -> {
                    ticking = false;
                    if (!stopped) {
                      wal.sync(wal.end(), synced);
                    }
                  });
    }
  }

  /// The log is about to be closed.
  void stop() {
    stopped = true;
  }
}
