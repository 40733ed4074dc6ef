package io.concordkv.embedded;

import io.concordkv.base.env.Env;
import java.time.Duration;

/// Has the engine saved before a store is closed, so that the next opening need not write most of
/// the log to it once more.
///
/// Nothing depends on it: the log has all that it saves. So it is left out where the engine cannot
/// save by itself in the background, where it is damaged and may never come to an end, and where
/// there is so little to be saved that it would only leave one more small file; and after a time
/// nobody waits for it any more.
final class LastSave {
  /// To write so much of the log to the engine again takes a tenth of a second at most.
  private static final long MUCH_BYTES = 8 << 20;

  private static final long PART_OF_LOG = 8;

  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final Env env;
  private final Home home;
  private final Runnable done;
  private final long wanted;
  private final long began;

  private LastSave(Env env, Home home, Runnable done) {
    this.env = env;
    this.home = home;
    this.done = done;
    wanted = home.engine.mark();
    began = env.clock().nanos();
  }

  /// Runs `done` once that is over.
  ///
  /// @param logBytes how much of the log the engine would have to be given again
  /// @param allowedBytes with how much it would be saved in any case
  static void run(Env env, Home home, long logBytes, long allowedBytes, Runnable done) {
    boolean much = logBytes >= Math.min(MUCH_BYTES, allowedBytes / PART_OF_LOG);
    if (much && home.savesByItself()) {
      home.engine.flush();
      new LastSave(env, home, done).look();
    } else {
      done.run();
    }
  }

  private void look() {
    boolean late = env.clock().nanos() - began >= LONGEST.toNanos();
    if (late || home.saved() >= wanted || home.engine.damage() != null) {
      env.reached("embedded/last-save");
      done.run();
    } else {
      var _ = env.loop().after(MOMENT, this::look);
    }
  }
}
