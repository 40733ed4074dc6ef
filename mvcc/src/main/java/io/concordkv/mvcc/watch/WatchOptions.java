package io.concordkv.mvcc.watch;

import java.time.Duration;

/// @param progressInterval how often an idle watch that asked for it is told the revision
/// @param maxResponseBytes a larger answer is cut, for those who asked for fragments
/// @param catchUpRevisions how many revisions a lagging watcher gets in one step
public record WatchOptions(Duration progressInterval, int maxResponseBytes, int catchUpRevisions) {
  public static final WatchOptions DEFAULT =
      new WatchOptions(Duration.ofMinutes(10), 2 << 20, 1000);
}
