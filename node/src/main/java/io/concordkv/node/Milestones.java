package io.concordkv.node;

import io.concordkv.node.command.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Who waits for a node to get somewhere, or to be something. On the loop.
final class Milestones {
  private final List<Runnable> whenReady = new ArrayList<>();
  private final List<Consumer<Standing>> standingObservers = new ArrayList<>();
  private Standing standing = Standing.VOTER;

  void whenReady(Runnable task) {
    whenReady.add(task);
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
}
