package io.concordkv.server.rpc;

import io.concordkv.base.ErrorCode;
import io.concordkv.server.wire.Statuses;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The calls that live until somebody ends them. They end when the server stops, and those that
/// asked for a leader when there has been none for long.
final class OpenStreams {
  /// For so many ticks in a row, each an election timeout, a node may know no leader.
  private static final int LEADERLESS_TICKS = 3;

  /// A call that can be ended from outside, by any thread; ending it twice is harmless.
  interface Stream {
    boolean needsLeader();

    void end(Status why);
  }

  private final LeaderRule leaderRule;
  private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;
  private int leaderlessTicks;

  OpenStreams(LeaderRule leaderRule) {
    this.leaderRule = leaderRule;
  }

  void add(Stream stream) {
    streams.add(stream);
    if (stopped) {
      stream.end(Statuses.of(ErrorCode.STOPPED));
    } else if (stream.needsLeader() && !leaderRule.hasLeader()) {
      stream.end(Statuses.of(ErrorCode.NO_LEADER));
    }
  }

  void remove(Stream stream) {
    streams.remove(stream);
  }

  /// Once per election timeout, always by the same thread.
  void tick() {
    leaderlessTicks = leaderRule.hasLeader() ? 0 : leaderlessTicks + 1;
    if (leaderlessTicks < LEADERLESS_TICKS) {
      return;
    }
    for (var stream : streams) {
      if (stream.needsLeader()) {
        stream.end(Statuses.of(ErrorCode.NO_LEADER));
      }
    }
  }

  void stop() {
    stopped = true;
    for (var stream : streams) {
      stream.end(Statuses.of(ErrorCode.STOPPED));
    }
  }
}
