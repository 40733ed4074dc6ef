package io.concordkv.storage.wal;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.env.RealEnv;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A process that writes numbered records as fast as it can and says which ones it was told are
/// durable, until somebody kills it.
final class WalVictim {
  private static final int UNSYNCED = 64;

  private final Wal wal;
  private long number;

  private WalVictim(Wal wal, long number) {
    this.wal = wal;
    this.number = number;
  }

  static WalOptions options() {
    return new WalOptions(64 << 10, Long.MAX_VALUE, 16 << 10, 1 << 20);
  }

  /// @param args the directory, and the number of the first record
  public static void main(String[] args) throws InterruptedException {
    var env = RealEnv.open(Path.of(args[0]), "victim", Throwable::printStackTrace);
    env.loop()
        .post(() -> {
          var wal = Wal.open(env, "wal", options(), _ -> {});
          new WalVictim(wal, Long.parseLong(args[1])).write();
        });
    new CountDownLatch(1).await();
  }

  private void write() {
    for (int i = 0; i < UNSYNCED; i++) {
      var payload = new ByteWriter().u64(number).text("x".repeat((int) (number * 37 % 900)));
      wal.append(new WalRecord(1, 1, payload.finish()));
      number++;
    }
    long last = number - 1;
    wal.sync(
        wal.end(),
        () -> {
          System.out.println(last);
          write();
        });
  }
}
