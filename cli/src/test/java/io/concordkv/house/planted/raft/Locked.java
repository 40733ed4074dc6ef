package io.concordkv.house.planted.raft;

import io.concordkv.house.planted.transport.Wire;
import java.util.concurrent.atomic.AtomicLong;

/// State that does not trust its loop, and a look at a room next door.
public final class Locked {
  private final AtomicLong count = new AtomicLong();
  private final Object lock = new Object();
  volatile boolean shared;

  synchronized void method() {
    count.incrementAndGet();
  }

  long block(Wire wire) {
    synchronized (lock) {
      return wire.end();
    }
  }
}
