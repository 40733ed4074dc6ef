package io.concordkv.storage.wal;

import io.concordkv.base.env.Env;
import java.util.function.Consumer;

/// The write-ahead log of one event loop.
public final class Wal implements AutoCloseable {
  private Wal() {}

  /// Opens or makes the log in `directory` and replays every durable record in order. Blocks.
  public static Wal open(
      Env env, String directory, WalOptions options, Consumer<WalRecord> replay) {
    throw new UnsupportedOperationException();
  }

  /// What was found at the end of the log when it was opened.
  public WalTail tail() {
    throw new UnsupportedOperationException();
  }

  /// Takes `record` into the buffer and returns the position behind it. Not durable before
  /// [#sync(long, Runnable)] says so.
  public long append(WalRecord record) {
    throw new UnsupportedOperationException();
  }

  /// Runs `then` on the loop once everything below `position` is durable. Syncs under way are
  /// shared: one fdatasync serves all that was appended before it began.
  public void sync(long position, Runnable then) {
    throw new UnsupportedOperationException();
  }

  /// The position behind the last record appended.
  public long end() {
    throw new UnsupportedOperationException();
  }

  /// Whole segments below `position` are not needed any more.
  public void trim(long position) {
    throw new UnsupportedOperationException();
  }

  /// The positions at which a segment starts, oldest first: where trimming can cut.
  public long start() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
