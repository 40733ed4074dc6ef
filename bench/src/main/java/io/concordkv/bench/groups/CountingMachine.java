package io.concordkv.bench.groups;

import io.concordkv.base.Bytes;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.SnapshotPart;
import io.concordkv.replica.SnapshotSink;
import io.concordkv.replica.SnapshotSource;
import io.concordkv.replica.StateMachine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A state that is one number, so that what is measured is the replication.
final class CountingMachine implements StateMachine {
  private final Runnable counted;
  private SnapshotMark applied;
  private boolean leads;
  private boolean known;

  /// @param counted called for every command that is applied where its group's leader is
  CountingMachine(Configuration founders, Runnable counted) {
    this.counted = counted;
    applied = new SnapshotMark(LogPosition.START, founders);
  }

  boolean leads() {
    return leads;
  }

  boolean knowsLeader() {
    return known;
  }

  @Override
  public SnapshotMark applied() {
    return applied;
  }

  @Override
  public long durableIndex() {
    return applied.last().index();
  }

  @Override
  public void flush() {}

  @Override
  public void apply(List<Entry> entries, SnapshotMark after, Runnable done) {
    applied = after;
    done.run();
    if (leads) {
      for (var entry : entries) {
        if (entry.kind() == Entry.Kind.COMMAND) {
          counted.run();
        }
      }
    }
  }

  @Override
  public SnapshotSource snapshot(long from, boolean bare) {
    var mark = applied;
    return new SnapshotSource() {
      @Override
      public SnapshotMark mark() {
        return mark;
      }

      @Override
      public @Nullable SnapshotPart next() {
        return null;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public SnapshotSink restore() {
    return new SnapshotSink() {
      @Override
      public void add(Bytes content) {}

      @Override
      public boolean addOwn(Bytes name, Bytes digest) {
        return true;
      }

      @Override
      public void seal() {}

      @Override
      public void install(SnapshotMark mark, Runnable done) {
        applied = mark;
        done.run();
      }

      @Override
      public void abandon() {}
    };
  }

  @Override
  public void lead(Role role, long term, long leader) {
    leads = role == Role.LEADER;
    known = leader != 0;
  }
}
