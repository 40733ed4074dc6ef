package io.concordkv.mvcc.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.mvcc.EtcdModel;
import io.concordkv.mvcc.MapEngine;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.MvccOptions;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.RandomMutations;
import io.concordkv.mvcc.Revision;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Random watches on a random stream of changes, with clients that stall, compactions, purges and
/// snapshots that replace everything: [WatchedClient] holds each answer against the log.
final class WatchHubProperty {
  private static final MvccOptions OPTIONS = new MvccOptions(1, 1, 7, 64);

  @Test
  void watches_are_ordered_unique_atomic_reliable_resumable_and_bookmarkable() {
    var seen = new int[3];
    Gen.check(
        40,
        gen -> {
          var run = new Run(gen);
          run.run();
          for (var client : run.clients) {
            seen[0] += client.events;
            seen[1] += client.bookmarks;
            seen[2] += client.compactions;
          }
        });
    assertThat(seen[0]).as("events").isPositive();
    assertThat(seen[1]).as("bookmarks").isPositive();
    assertThat(seen[2]).as("watches that a compaction ended").isPositive();
  }

  private static final class Run {
    private final Gen gen;
    private final RandomMutations draw;
    private final Simulation simulation;
    private final SimEnv env;
    private final EtcdModel model = new EtcdModel();
    final List<WatchedClient> clients = new ArrayList<>();

    // Has applied everything; the one that is watched may be behind, until a snapshot comes.
    private final MapEngine ahead = new MapEngine();
    private final MvccStore aheadStore = MvccStore.open(ahead, OPTIONS);
    private final MapEngine engine = new MapEngine();
    private final MvccStore store = MvccStore.open(engine, OPTIONS);
    private final WatchHub hub;
    private boolean behind;

    Run(Gen gen) {
      this.gen = gen;
      draw = new RandomMutations(gen);
      simulation = new Simulation(gen.seed()).withoutFaultSites();
      env = simulation.env("node");
      hub = new WatchHub(store, env, new WatchOptions(Duration.ofSeconds(1), 60, 4));
      for (int i = 0; i < 3; i++) {
        var client = new WatchedClient(model, gen.between(1, 4));
        client.stream = hub.open(client.sink);
        client.sink.serve(client.stream());
        clients.add(client);
      }
    }

    void run() {
      for (int step = 0; step < 400; step++) {
        switch (gen.weighted(30, 12, 3, 8, 20, 30, 4, 3, 1)) {
          case 0 -> change();
          case 1 -> create(gen.oneOf(clients));
          case 2 -> cancel(gen.oneOf(clients));
          case 3 -> gen.oneOf(clients).stream().progress();
          case 4 -> gen.oneOf(clients).sink.drain(gen.between(1, 5));
          case 5 -> steps(gen.below(6));
          case 6 -> purge();
          case 7 -> simulation.runFor(Duration.ofMillis(gen.below(1500)));
          default -> snapshot();
        }
      }
      if (behind) {
        install();
      }
      for (int i = 0; i < 1000; i++) {
        clients.forEach(client -> client.sink.drain(10));
        steps(20);
      }
      clients.forEach(WatchedClient::hasEverything);
      clients.forEach(client -> client.stream().close());
      simulation.runFor(Duration.ofSeconds(5));
      assertThat(engine.openViews()).isZero();
    }

    private void change() {
      var mutations = new ArrayList<Mutation>();
      for (int i = gen.below(4); i >= 0; i--) {
        mutations.add(draw.mutation(model.revision));
      }
      mutations.forEach(model::apply);
      apply(aheadStore, ahead, mutations);
      if (!behind) {
        hub.publish(apply(store, engine, mutations));
      }
    }

    private static List<Revision> apply(
        MvccStore store, MapEngine engine, List<Mutation> mutations) {
      var loaded =
          switch (store.prepare(mutations)) {
            case MvccStore.Prepared.Ready(var ready) -> ready;
            case MvccStore.Prepared.ToLoad(var load) -> load.get();
          };
      var batch = new WriteBatch();
      var applied = store.apply(mutations, loaded, batch);
      engine.write(batch);
      return applied.revisions();
    }

    private void create(WatchedClient client) {
      long now = store.revision();
      client.create(
          new WatchRequest(
              draw.span(),
              gen.oneIn(3) ? 0 : Math.max(1, now + 4 - gen.below(12)),
              gen.oneIn(6) ? gen.between(1, 6) : 0,
              gen.flag(),
              gen.flag(),
              gen.oneIn(3),
              gen.oneIn(5),
              gen.oneIn(5)));
    }

    private void cancel(WatchedClient client) {
      if (!client.following.isEmpty()) {
        client.cancel(gen.oneOf(List.copyOf(client.following.keySet())));
      }
    }

    private void steps(int count) {
      for (int i = 0; i < count && simulation.step(); i++) {
        // Each step may bring a result of a worker.
      }
    }

    private void purge() {
      purge(aheadStore, ahead);
      if (!behind) {
        purge(store, engine);
      }
    }

    private static void purge(MvccStore store, MapEngine engine) {
      var step = store.purgeStep();
      if (step != null) {
        var batch = new WriteBatch();
        store.purged(Objects.requireNonNull(store.purge(step)).get(), batch);
        engine.write(batch);
      }
    }

    /// The watched store stops to apply, and later gets all it has missed at once.
    private void snapshot() {
      if (behind) {
        install();
      }
      behind = !behind;
    }

    private void install() {
      engine.replaceWith(ahead);
      var reload = store.reload();
      steps(gen.below(10));
      reload.get().run();
      hub.restored();
    }
  }
}
