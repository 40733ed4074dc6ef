package io.concordkv.sim.cluster;

import io.concordkv.node.Bootstrap;
import io.concordkv.node.Node;
import io.concordkv.testkit.SimEnv;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A member, through all its lives.
public final class SimNode {
  final String name;
  long id;
  @Nullable SimEnv env;
  @Nullable Node node;
  int lives;

  /// Whether a failing disk may end this life.
  boolean excused;

  /// Whether it ended on finding its files damaged, as it must.
  boolean lost;

  /// Whether it was removed from the cluster, and has ended.
  boolean retired;

  /// Whom it tells that they were removed.
  List<Long> released = List.of();

  /// What it needs to know of the cluster that it joins; null for a founder, and until it is known.
  Bootstrap.@Nullable Existing joins;

  /// Whether it votes without keeping data; as long as it is not known: no.
  boolean witness;

  final boolean founder;

  SimNode(String name, boolean founder) {
    this.name = name;
    this.founder = founder;
  }

  public String name() {
    return name;
  }

  /// 0 before its first start.
  public long id() {
    return id;
  }

  /// How often it was started.
  public int lives() {
    return lives;
  }

  /// The node, if it is up; null while it is down or still opening.
  public @Nullable Node up() {
    return running() ? node : null;
  }

  /// Whether there is a process, perhaps one that still opens its files.
  public boolean running() {
    return env != null && env.alive();
  }

  /// Whether its disk is damaged and it knows: it stays down.
  public boolean lost() {
    return lost;
  }

  /// Whether it is no member any more, and never comes back.
  public boolean retired() {
    return retired;
  }

  /// Whether it has nothing to answer with.
  public boolean witness() {
    return witness;
  }

  public @Nullable SimEnv env() {
    return env;
  }
}
