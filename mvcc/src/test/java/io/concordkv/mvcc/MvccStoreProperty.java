package io.concordkv.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The store against [EtcdModel], and against a twin that applies one by one and never purges.
final class MvccStoreProperty {
  private static final Span ALL = Span.prefix(Bytes.EMPTY);

  @Test
  void a_store_answers_as_etcd_does() {
    Gen.check(10, gen -> new Run(gen).run());
  }

  private static final class Run {
    private final Gen gen;
    private final RandomMutations draw;
    private final MapEngine engine = new MapEngine();
    private final MapEngine twinEngine = new MapEngine();
    private final MvccOptions options = new MvccOptions(7, 3, 5, 16);
    private final EtcdModel model = new EtcdModel();
    private MvccStore store = MvccStore.open(engine, options);
    private MvccStore twin = MvccStore.open(twinEngine, options);

    Run(Gen gen) {
      this.gen = gen;
      draw = new RandomMutations(gen);
    }

    void run() {
      for (int round = 0; round < 140; round++) {
        var mutations = new ArrayList<Mutation>();
        for (int i = gen.below(6); i >= 0; i--) {
          mutations.add(draw.mutation(model.revision));
        }
        applyToAll(mutations);
        if (gen.below(4) == 0) {
          purgeOnce();
        }
        if (gen.below(10) == 0) {
          reopen();
        }
        for (int i = 0; i < 4; i++) {
          ranges(draw.query(model.revision));
        }
        numbers();
        if (gen.below(5) == 0) {
          hashes(gen.below((int) model.revision + 2));
        }
      }
      assertThat(engine.openViews()).isZero();
      while (purgeOnce()) {}
      hashes(0);
      onlyWhatIsReadableIsStored();
    }

    private void applyToAll(List<Mutation> mutations) {
      int logged = model.log.size();
      var expected = mutations.stream().map(model::apply).toList();
      var applied = apply(store, engine, mutations);
      assertThat(applied.outcomes()).isEqualTo(expected);
      sameEvents(applied.revisions(), model.log.subList(logged, model.log.size()));
      for (int i = 0; i < mutations.size(); i++) {
        assertThat(apply(twin, twinEngine, List.of(mutations.get(i))).outcomes())
            .containsExactly(expected.get(i));
      }
    }

    /// As a node reads: what was not in memory is kept there for the next time.
    private static Result.Ranged read(MvccStore store, RangeQuery query) {
      var result = store.range(query).run();
      store.remember(query, result);
      return result;
    }

    private static MvccStore.Applied apply(
        MvccStore store, MapEngine engine, List<Mutation> mutations) {
      var loaded =
          switch (store.prepare(mutations)) {
            case MvccStore.Prepared.Ready(var ready) -> ready;
            case MvccStore.Prepared.ToLoad(var load) -> load.get();
          };
      var batch = new WriteBatch();
      var applied = store.apply(mutations, loaded, batch);
      engine.write(batch);
      return applied;
    }

    private static void sameEvents(List<Revision> actual, List<Revision> expected) {
      assertThat(actual.stream().map(Run::withoutPrevious).toList())
          .isEqualTo(expected.stream().map(Run::withoutPrevious).toList());
      for (int i = 0; i < actual.size(); i++) {
        for (int j = 0; j < actual.get(i).events().size(); j++) {
          var previous = actual.get(i).events().get(j).previous();
          if (previous != null) {
            assertThat(previous).isEqualTo(expected.get(i).events().get(j).previous());
          }
        }
      }
    }

    private static Revision withoutPrevious(Revision revision) {
      return new Revision(
          revision.number(),
          revision.events().stream()
              .map(event -> new Event(event.kind(), event.pair(), null))
              .toList());
    }

    private void ranges(RangeQuery query) {
      var wrong = model.wrong(query);
      Object expected = wrong == null ? model.range(query) : wrong;
      assertThat(answer(() -> read(store, query))).as("%s", query).isEqualTo(expected);
      var commit =
          new Operation.GuardedCommit(List.of(), List.of(new Operation.Range(query)), List.of());
      Object committed =
          wrong == null
              ? new Result.Committed(model.revision, true, List.of(model.range(query)))
              : wrong;
      assertThat(answer(() -> store.read(commit).get())).as("%s", query).isEqualTo(committed);
    }

    private static Object answer(java.util.function.Supplier<Object> reading) {
      try {
        return reading.get();
      } catch (ConcordException e) {
        return e.code();
      }
    }

    private void numbers() {
      assertThat(store.revision()).isEqualTo(model.revision);
      assertThat(store.compactRevision()).isEqualTo(model.compacted);
      assertThat(store.leases().stream().map(lease -> lease.id()).toList())
          .isEqualTo(new ArrayList<>(model.leases.keySet()));
      for (var lease : store.leases()) {
        assertThat(store.leaseKeys(lease.id())).isEqualTo(model.leaseKeys(lease.id()));
      }
    }

    private boolean purgeOnce() {
      var step = store.purgeStep();
      if (step == null) {
        return false;
      }
      var batch = new WriteBatch();
      store.purged(Objects.requireNonNull(store.purge(step)).get(), batch);
      engine.write(batch);
      return true;
    }

    private void reopen() {
      store = MvccStore.open(engine, options);
      twin = MvccStore.open(twinEngine, options);
    }

    private void hashes(long revision) {
      assertThat(answer(() -> store.hash(revision).get()))
          .isEqualTo(answer(() -> twin.hash(revision).get()));
    }

    /// Once everything is purged, what was never compacted and what is purged take the same room.
    private void onlyWhatIsReadableIsStored() {
      apply(store, engine, List.of(new Mutation.Compact(store.revision())));
      while (purgeOnce()) {}
      long live = model.all(ALL, model.revision).size();
      long newest = model.log.getLast().events().size();
      long tombstones =
          model.log.getLast().events().stream()
              .filter(event -> event.kind() == Event.Kind.DELETE)
              .count();
      long data = engine.content().keySet().stream().filter(key -> key.at(0) == 1).count();
      long history = engine.content().keySet().stream().filter(key -> key.at(0) == 2).count();
      assertThat(data).isEqualTo(live + tombstones);
      assertThat(history).isEqualTo(newest);
    }
  }
}
