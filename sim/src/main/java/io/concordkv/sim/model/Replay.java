package io.concordkv.sim.model;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Outcome;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Envelope;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The committed log, run through the [ApiModel] entry by entry as it grows.
public final class Replay {
  private final LongSupplier nanos;
  private final ApiModel model = new ApiModel();
  private final List<Step> steps = new ArrayList<>();
  private final List<Long> indexOfRevision = new ArrayList<>();
  private final List<Consumer<Step>> observers = new ArrayList<>();
  private @Nullable Configuration configuration;
  private SortedMap<Long, Command.Publish> published =
      Collections.unmodifiableSortedMap(new TreeMap<>());

  /// @param nanos the time of the simulation
  public Replay(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// The state behind the last entry, and that of every revision before.
  public ApiModel model() {
    return model;
  }

  /// Calls `observer` with every entry that is added from now on.
  public void observe(Consumer<Step> observer) {
    observers.add(observer);
  }

  /// How many entries there are.
  public long size() {
    return steps.size();
  }

  /// The entry at `index`, from 1 to [#size()].
  public Step step(long index) {
    return steps.get((int) index - 1);
  }

  /// Which entry made `revision`, from 2 to the newest.
  public Step stepOfRevision(long revision) {
    return step(indexOfRevision.get((int) revision - 2));
  }

  /// The entry behind the last one, now that it is committed.
  public void add(Entry entry) {
    long before = model.revision();
    var envelope = said(entry);
    Outcome outcome = null;
    if (envelope != null && envelope.command() instanceof Command.Change(var mutation)) {
      outcome = model.apply(mutation);
    }
    if (entry.kind() == Entry.Kind.CONFIGURATION) {
      var next = entry.configuration();
      configuration = next;
      var stay = new TreeMap<>(published);
      stay.keySet().retainAll(next.members());
      published = Collections.unmodifiableSortedMap(stay);
      if (envelope != null && envelope.command() instanceof Command.Publish publish) {
        published(publish);
      }
    }
    if (model.revision() != before) {
      indexOfRevision.add(entry.index());
    }
    var step =
        new Step(
            entry.index(),
            entry.term(),
            nanos.getAsLong(),
            envelope,
            outcome,
            model.revision(),
            model.compactRevision(),
            model.leases(),
            configuration,
            published);
    steps.add(step);
    observers.forEach(observer -> observer.accept(step));
  }

  private static @Nullable Envelope said(Entry entry) {
    var encoded =
        switch (entry.kind()) {
          case NO_OP -> Bytes.EMPTY;
          case COMMAND -> entry.payload();
          case CONFIGURATION -> ConfigurationEntry.decode(entry.payload()).context();
        };
    return encoded.isEmpty() ? null : EnvelopeCodec.decode(encoded);
  }

  /// Who is no member has nothing to say.
  private void published(Command.Publish publish) {
    if (configuration == null || configuration.members().contains(publish.member())) {
      var more = new TreeMap<>(published);
      more.put(publish.member(), publish);
      published = Collections.unmodifiableSortedMap(more);
    }
  }
}
