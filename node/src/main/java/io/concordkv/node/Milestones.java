package io.concordkv.node;

import io.concordkv.base.env.Scheduler;
import io.concordkv.node.command.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Who waits for a node to get somewhere, or to be something. On the loop.
final class Milestones {
  private final Scheduler loop;
  private final NodeConfig config;
  private final List<Runnable> whenReady = new ArrayList<>();
  private final List<Runnable> whenRemoved = new ArrayList<>();
  private final List<Consumer<Standing>> standingObservers = new ArrayList<>();
  private Standing standing = Standing.VOTER;
  private boolean removed;

  Milestones(Scheduler loop, NodeConfig config) {
    this.loop = loop;
    this.config = config;
  }

  void whenReady(Runnable task) {
    whenReady.add(task);
  }

  void whenRemoved(Runnable task) {
    whenRemoved.add(task);
  }

  void observeStanding(Consumer<Standing> observer) {
    standingObservers.add(observer);
    observer.accept(standing);
  }

  Standing standing() {
    return standing;
  }

  void standing(Standing now) {
    if (standing != now) {
      standing = now;
      standingObservers.forEach(observer -> observer.accept(now));
    }
  }

  void ready() {
    if (!whenReady.isEmpty()) {
      var ready = List.copyOf(whenReady);
      whenReady.clear();
      ready.forEach(Runnable::run);
    }
  }

  /// This node is not a member any more. Before it ends, the others hear of what is committed, and
  /// who asked for it is answered.
  void removed() {
    if (!removed) {
      removed = true;
      var _ = loop.after(config.electionTimeout(), () -> whenRemoved.forEach(Runnable::run));
    }
  }
}
