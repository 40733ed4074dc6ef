package io.concordkv.replica;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Workers;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A state machine that is the list of the commands applied to it, made durable as one file.
final class ListMachine implements StateMachine {
  private static final int PART_BYTES = 100;

  private final Env env;
  private final String file;
  private List<String> commands = new ArrayList<>();
  final List<String> contexts = new ArrayList<>();
  private SnapshotMark applied;
  private long durable;
  private boolean flushing;
  Role role = Role.FOLLOWER;
  long leader;
  int snapshotsTaken;
  int snapshotsInstalled;
  int partsRead;
  int partsAdded;
  int partsKept;
  boolean slow;

  /// Nothing is applied while it is.
  boolean stuck;

  boolean flushes = true;

  ListMachine(Env env, Configuration founders) {
    this(env, founders, "state");
  }

  /// @param file where it keeps itself
  ListMachine(Env env, Configuration founders, String file) {
    this.env = env;
    this.file = file;
    applied = new SnapshotMark(LogPosition.START, founders);
    if (env.files().exists(file)) {
      try (var stored = env.files().open(file, FileSystem.Mode.READ)) {
        var buffer = ByteBuffer.allocate((int) stored.size());
        stored.read(0, buffer);
        load(Bytes.wrap(buffer.array()));
        durable = applied.last().index();
      }
    }
  }

  List<String> commands() {
    return commands;
  }

  private Bytes save() {
    return save(commands);
  }

  private Bytes save(List<String> kept) {
    var out = new ByteWriter().u64(applied.last().index()).u64(applied.last().term());
    out.bytes(applied.configuration().encode());
    return out.list(kept, ByteWriter::text).finish();
  }

  private void load(Bytes saved) {
    var in = new ByteReader(saved);
    var last = new LogPosition(in.u64(), in.u64());
    applied = new SnapshotMark(last, Configuration.decode(in.bytes()));
    commands = in.list(ByteReader::text);
    in.end();
  }

  private void write(Bytes state) {
    try (var fresh = env.files().open(file + ".new", FileSystem.Mode.WRITE)) {
      fresh.truncate(0);
      fresh.write(0, state.toByteBuffer());
      fresh.sync();
    }
    env.files().rename(file + ".new", file);
    env.files().syncDirectory("");
  }

  @Override
  public SnapshotMark applied() {
    return applied;
  }

  @Override
  public long durableIndex() {
    return durable;
  }

  @Override
  public void flush() {
    if (flushing || !flushes) {
      return;
    }
    flushing = true;
    var state = save();
    long index = applied.last().index();
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            () -> {
              write(state);
              return index;
            },
            env.loop(),
            flushed -> {
              durable = Math.max(durable, flushed);
              flushing = false;
            });
  }

  @Override
  public void apply(List<Entry> entries, SnapshotMark after, Runnable done) {
    Check.that(entries.getFirst().index() == applied.last().index() + 1, "entries in order");
    if (stuck) {
      env.loop().after(Duration.ofMillis(20), () -> apply(entries, after, done));
    } else if (slow) {
      env.loop().after(Duration.ofMillis(3), () -> apply(entries, after));
      env.loop().after(Duration.ofMillis(3), done);
    } else {
      apply(entries, after);
      done.run();
    }
  }

  private void apply(List<Entry> entries, SnapshotMark after) {
    for (var entry : entries) {
      if (entry.kind() == Entry.Kind.COMMAND) {
        commands.add(entry.payload().toUtf8());
      } else if (entry.kind() == Entry.Kind.CONFIGURATION) {
        contexts.add(ConfigurationEntry.decode(entry.payload()).context().toUtf8());
      }
    }
    applied = after;
  }

  @Override
  public SnapshotSource snapshot(long from, boolean bare) {
    snapshotsTaken++;
    var state = save(bare ? List.of() : commands);
    var mark = applied;
    return new SnapshotSource() {
      private int position;

      @Override
      public SnapshotMark mark() {
        return mark;
      }

      @Override
      public @Nullable SnapshotPart next() {
        if (position == state.length()) {
          return null;
        }
        int end = Math.min(state.length(), position + PART_BYTES);
        var content = state.slice(position, end);
        position = end;
        partsRead++;
        return new SnapshotPart(new ByteWriter().u32(end).finish(), content);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public SnapshotSink restore() {
    var own = save();
    return new SnapshotSink() {
      private Bytes state = Bytes.EMPTY;

      @Override
      public void add(Bytes content) {
        partsAdded++;
        state = state.plus(content);
      }

      @Override
      public boolean addOwn(Bytes name, Bytes digest) {
        int end = new ByteReader(name).u32();
        if (end > own.length()) {
          return false;
        }
        var content = own.slice(state.length(), end);
        if (!SnapshotPart.digest(content).equals(digest)) {
          return false;
        }
        partsKept++;
        state = state.plus(content);
        return true;
      }

      @Override
      public void seal() {}

      @Override
      public void install(SnapshotMark mark, Runnable done) {
        snapshotsInstalled++;
        flushing = true;
        env.workers()
            .run(
                Workers.Lane.BACKGROUND,
                () -> {
                  write(state);
                  return true;
                },
                env.loop(),
                _ -> {
                  load(state);
                  Check.that(applied.equals(mark), "a snapshot is what it was announced as");
                  durable = mark.last().index();
                  flushing = false;
                  done.run();
                });
      }

      @Override
      public void abandon() {}
    };
  }

  @Override
  public void lead(Role role, long term, long leader) {
    this.role = role;
    this.leader = leader;
  }
}
