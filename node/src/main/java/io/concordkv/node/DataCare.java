package io.concordkv.node;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.replica.Replica;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.wal.WalDamage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Finds damage of what is stored here, tells of it, and has it replaced while there is somebody
/// who has it whole.
///
/// - A damaged table: the state is built anew from a peer's; until then whatever reads the damaged
///   part fails. Without a peer the node stops.
/// - A damaged segment of the log: the state has what it held, so it is made durable and the log is
///   trimmed beyond it. Should the node stop before, the next start asks the peers.
final class DataCare {
  private final Alarms alarms = new Alarms();
  private final ReplicaHost host;
  private final Replica replica;
  private final Engine engine;
  private final Scrubber scrubber;
  private final List<Runnable> whenWhole = new ArrayList<>();

  /// @param discarded why the state was given up at the start; null if it was not
  DataCare(
      Env env,
      Upkeep upkeep,
      ReplicaHost host,
      Replica replica,
      Engine engine,
      @Nullable String discarded) {
    this.host = host;
    this.replica = replica;
    this.engine = engine;
    scrubber = new Scrubber(env, upkeep, host, engine, this::stateDamaged, this::logDamaged);
    if (replica.hollow()) {
      alarms.raise(Alarms.Part.STATE, discarded == null ? "the state is missing" : discarded);
    }
    for (var damage : host.damages()) {
      alarms.note("damaged=LOG found=start problem=\"" + damage.error().getMessage() + "\"");
      host.shed(damage);
    }
    scrubber.start();
  }

  void observe(Consumer<String> observer) {
    alarms.observe(observer);
  }

  List<String> problems() {
    return alarms.standing();
  }

  /// A part of the state cannot be read.
  void stateDamaged(CorruptionError damage) {
    if (alarms.raised(Alarms.Part.STATE)) {
      return;
    }
    if (!replica.renewState()) {
      throw damage;
    }
    alarms.raise(Alarms.Part.STATE, String.valueOf(damage.getMessage()));
  }

  private void logDamaged(WalDamage damage) {
    boolean old = host.damages().stream().anyMatch(known -> known.from() == damage.from());
    if (host.holds(damage) && !old) {
      alarms.raise(Alarms.Part.LOG, String.valueOf(damage.error().getMessage()));
      host.shed(damage);
    }
  }

  /// Runs `task` once there is a state.
  void whenWhole(Runnable task) {
    whenWhole.add(task);
    tellWhole();
  }

  private void tellWhole() {
    if (!whenWhole.isEmpty() && !replica.hollow()) {
      var whole = List.copyOf(whenWhole);
      whenWhole.clear();
      whole.forEach(Runnable::run);
    }
  }

  void sweep() {
    tellWhole();
    var damage = engine.damage();
    if (damage != null) {
      stateDamaged(damage);
    }
    if (alarms.raised(Alarms.Part.STATE) && !replica.renewing()) {
      alarms.settle(Alarms.Part.STATE, "the state was built anew from a peer's");
    }
    if (alarms.raised(Alarms.Part.LOG) && !host.shedding()) {
      alarms.settle(Alarms.Part.LOG, "the state has what it held, and it was trimmed");
    }
  }

  void close() {
    scrubber.close();
  }
}
