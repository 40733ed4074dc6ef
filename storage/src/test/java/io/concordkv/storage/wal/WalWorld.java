package io.concordkv.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.env.FileSystem;
import io.concordkv.testkit.PowerCut;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A log on a simulated disk, with the list of records that it should hold. Each opening is checked
/// against the list: all that was reported durable, then what was appended after it, in order, as
/// far as it goes.
final class WalWorld {
  static final String DIRECTORY = "wal";
  private static final Duration LONG = Duration.ofSeconds(10);

  /// A record, and the position behind it.
  record At(WalRecord record, long position) {}

  final Simulation simulation;
  final WalOptions options;
  private final List<Throwable> failures = new ArrayList<>();

  /// Everything appended and not known to be lost, oldest first.
  private List<At> model = new ArrayList<>();

  /// How many of [#model] were reported durable.
  private int acknowledged;

  private long trimmed;
  private long numbers;
  private int life;
  private @Nullable SimEnv env;
  private @Nullable Wal wal;

  WalWorld(long seed, WalOptions options) {
    simulation = new Simulation(seed);
    this.options = options;
  }

  static WalOptions small() {
    return new WalOptions(4096, Long.MAX_VALUE, 16 << 10, 1 << 20);
  }

  SimDisk disk() {
    return simulation.disk("n");
  }

  FileSystem files() {
    return java.util.Objects.requireNonNull(env).files();
  }

  Wal wal() {
    Check.that(wal != null, "the log is open");
    return java.util.Objects.requireNonNull(wal);
  }

  /// Whether the node runs.
  boolean alive() {
    return env != null && env.alive();
  }

  /// What stopped the node, other than a loss of power.
  List<Throwable> failures() {
    return failures;
  }

  List<At> model() {
    return model;
  }

  int acknowledged() {
    return acknowledged;
  }

  /// Starts the node on what is on the disk. False if power was lost on the way.
  boolean open() {
    return open(0, true);
  }

  /// As [#open()], with a loss of power, or only the death of the process, planned at the
  /// `endAt`-th operation from now on if that is positive.
  boolean open(long endAt, boolean powerCut) {
    env = simulation.env("n", failures::add);
    life++;
    if (endAt > 0 && powerCut) {
      disk().powerCutAtOperation(endAt);
    } else if (endAt > 0) {
      disk().killAtOperation(endAt);
    }
    var found = new ArrayList<At>();
    try {
      wal =
          Wal.openAt(
              env, DIRECTORY, options, (record, position) -> found.add(new At(record, position)));
    } catch (PowerCut _) {
      return false;
    }
    verify(found);
    return true;
  }

  /// The node dies without a loss of power.
  void kill() {
    simulation.kill("n");
  }

  void powerCut() {
    simulation.powerCut("n");
  }

  /// Checks what an opening found, and takes it for what there is from now on.
  private void verify(List<At> found) {
    int skipped = 0;
    if (!found.isEmpty()) {
      while (skipped < model.size() && !model.get(skipped).equals(found.getFirst())) {
        skipped++;
      }
    } else {
      while (skipped < model.size() && model.get(skipped).position() <= trimmed) {
        skipped++;
      }
    }
    for (var gone : model.subList(0, skipped)) {
      assertThat(gone.position()).as("what is missing was trimmed").isLessThanOrEqualTo(trimmed);
    }
    var expected = model.subList(skipped, model.size());
    assertThat(found.size()).as("no more than was appended").isLessThanOrEqualTo(expected.size());
    assertThat(found).isEqualTo(expected.subList(0, found.size()));
    assertThat(skipped + found.size())
        .as("all that was acknowledged")
        .isGreaterThanOrEqualTo(acknowledged);
    model = new ArrayList<>(found);
    acknowledged = found.size();
    assertThat(wal().tail()).isNotEqualTo(WalTail.LOST);
  }

  /// Appends a record whose payload has `bytes` bytes, different from all others.
  long append(int bytes) {
    long number = ++numbers;
    var payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      payload[i] = (byte) (number * 31 + i);
    }
    var record = new WalRecord(number, (int) (number & 0xFF), Bytes.wrap(payload));
    long position = wal().append(record);
    model.add(new At(record, position));
    return position;
  }

  /// Asks for a sync of all that was appended.
  void sync() {
    int count = model.size();
    int ofLife = life;
    wal()
        .sync(
            wal().end(),
            () -> {
              Check.that(ofLife == life, "a dead node is not told anything");
              acknowledged = Math.max(acknowledged, count);
            });
  }

  /// Syncs and waits until that is reported; false if the node died before.
  boolean syncAndWait() {
    int count = model.size();
    sync();
    return simulation.runUntil(() -> acknowledged >= count || !alive(), LONG) && alive();
  }

  /// Asks for the newest segment to be left; what was appended is durable then.
  void turn() {
    int count = model.size();
    int ofLife = life;
    wal()
        .turn(() -> {
          Check.that(ofLife == life, "a dead node is not told anything");
          acknowledged = Math.max(acknowledged, count);
        });
  }

  void trim(long position) {
    trimmed = Math.max(trimmed, position);
    wal().trim(position);
  }

  /// Lets everything that is under way end.
  void settle() {
    simulation.runFor(LONG);
  }
}
