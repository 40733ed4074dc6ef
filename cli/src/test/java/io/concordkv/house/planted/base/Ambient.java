package io.concordkv.house.planted.base;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;

/// Everything that makes two runs differ.
public final class Ambient {
  private Ambient() {}

  public static List<Object> all(List<String> texts) {
    var all = new ArrayList<Object>();
    all.add(System.nanoTime());
    all.add(System.currentTimeMillis());
    all.add(System.identityHashCode(texts));
    all.add(Instant.now());
    all.add(Math.random());
    all.add(UUID.randomUUID());
    all.add(new SecureRandom());
    all.add(new Random());
    all.add(ThreadLocalRandom.current().nextInt());
    all.add(Set.of(1, 2));
    all.add(Set.copyOf(texts));
    all.add(Map.of(1, 2));
    all.add(Map.copyOf(Map.of(1, 2)));
    all.add(texts.parallelStream().count());
    all.add(CompletableFuture.supplyAsync(texts::size));
    try (var pool = Executors.newSingleThreadExecutor()) {
      all.add(pool.isShutdown());
    }
    all.add(Thread.currentThread());
    return all;
  }
}
