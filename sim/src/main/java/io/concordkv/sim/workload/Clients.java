package io.concordkv.sim.workload;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.Reply;
import io.concordkv.sim.check.Action;
import io.concordkv.sim.check.Call;
import io.concordkv.sim.check.LeaseCheck;
import io.concordkv.sim.check.Linearizability;
import io.concordkv.sim.check.Outcome;
import io.concordkv.sim.check.Reads;
import io.concordkv.sim.check.Verdict;
import io.concordkv.sim.check.Writes;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.cluster.Toggle;
import io.concordkv.sim.model.ApiModel;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.violation.Violation;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// All clients and watchers of a run, and what they know together. All they are told goes to the
/// checks.
public final class Clients {
  private static final int MAX_WANDERERS = 3;

  private final Simulation simulation;
  private final SimCluster cluster;
  private final Swarm swarm;
  private final Replay replay;
  private final History history = new History();
  private final Writes writes;
  private final Reads reads;
  private final Leases leases;
  private final Flood flood = new Flood(this);
  private final Explorer explorer;
  private final List<Client> clients = new ArrayList<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private final ArrayDeque<Runnable> later = new ArrayDeque<>();
  private final TreeMap<String, Long> likely = new TreeMap<>();
  private long lastValue;
  private boolean stopped;

  public Clients(Simulation simulation, SimCluster cluster, Swarm swarm, Replay replay) {
    this.simulation = simulation;
    this.cluster = cluster;
    this.swarm = swarm;
    this.replay = replay;
    writes = new Writes(replay);
    reads = new Reads(replay);
    leases = new Leases(this, new LeaseCheck(replay, simulation::nanos));
    explorer = new Explorer(this, simulation.random("explorer"), swarm.has(Toggle.COMPACTIONS));
    for (int i = 0; i < swarm.clients(); i++) {
      clients.add(new Client(i, this, simulation.random("client/" + i)));
    }
    boolean slow = swarm.has(Toggle.SLOW_WATCHERS);
    for (var node : cluster.nodes()) {
      var chance = simulation.random("watcher/" + node.name());
      var watcher = new Watcher(node.name(), this, chance, node, slow);
      watchers.add(watcher);
      cluster.onOpened(watcher::opened);
    }
    var wanderers = simulation.random("watchers");
    for (int i = wanderers.nextInt(MAX_WANDERERS + 1); i > 0; i--) {
      watchers.add(new Watcher("w" + i, this, wanderers.split(), null, slow));
    }
  }

  public void start() {
    clients.forEach(Client::start);
    watchers.forEach(Watcher::start);
    explorer.start();
  }

  public void stop() {
    stopped = true;
  }

  public int calls() {
    return history.calls().size();
  }

  public int unknown() {
    return history.unknown();
  }

  /// Judges what clients were told in the event that has just run; called after the oracle has seen
  /// what was committed in it.
  public void look() {
    writes.judge();
    reads.judge();
    for (var judgement = later.poll(); judgement != null; judgement = later.poll()) {
      judgement.run();
    }
  }

  /// Whether every watcher was told of everything up to `revision`.
  public boolean watchedUpTo(long revision) {
    boolean all = true;
    for (var watcher : watchers) {
      all &= watcher.knows(revision);
    }
    return all;
  }

  /// The watchers that do not know of `revision`, and where they are.
  public String unwatched(long revision) {
    return watchers.stream().filter(watcher -> !watcher.knows(revision)).toList().toString();
  }

  /// Reads everything through `node`, linearizably; then `done`, if it answers.
  public void readEverything(SimNode node, Runnable done) {
    var up = node.up();
    if (up != null) {
      var ask = reads.linearizable(node.name(), node.id());
      var query = RangeQuery.of(Span.prefix(Bytes.EMPTY));
      up.range(
          query,
          false,
          Reply.from(
              (Answer<Result.Ranged> answer) -> {
                reads.ranged(ask, query, answer);
                done.run();
              },
              (ConcordException _) -> {}));
    }
  }

  /// How many leased keys `node` has.
  public void countLeasedKeys(SimNode node, LongConsumer then) {
    var up = node.up();
    if (up != null) {
      up.range(
          RangeQuery.of(Span.prefix(Leases.PREFIX)),
          true,
          Reply.from(
              (Answer<Result.Ranged> answer) -> then.accept(answer.value().count()),
              (ConcordException _) -> {}));
    }
  }

  /// Has `count` writes, all at once, asked of `node`.
  public void flood(SimNode node, int count, SplittableRandom chance) {
    flood.write(node, count, chance);
  }

  /// Has `count` linearizable reads, all at once, asked of `node`.
  public void rush(SimNode node, int count, SplittableRandom chance) {
    flood.read(node, count, chance);
  }

  /// Judges the history, once nothing is under way. False if the search for an order of the calls
  /// was given up.
  public boolean judge() {
    flood.giveUp();
    return switch (Linearizability.check(history.calls())) {
      case Verdict.Violation violation ->
          throw new Violation("linearizability", violation.toString());
      case Verdict.Linearizable _ -> true;
      case Verdict.Undecided _ -> false;
    };
  }

  History history() {
    return history;
  }

  Writes writes() {
    return writes;
  }

  Reads reads() {
    return reads;
  }

  Leases leases() {
    return leases;
  }

  ApiModel model() {
    return replay.model();
  }

  /// Runs `judgement` once this event has run and all that was committed in it is known.
  void later(Runnable judgement) {
    later.add(judgement);
  }

  /// The last entry whose effects anybody was told of.
  long told() {
    long revision = Math.min(reads.acknowledged(), model().revision());
    long read = revision < 2 ? 0 : replay.stepOfRevision(revision).index();
    return Math.max(read, writes.told());
  }

  /// Below this revision nothing can be read any more; -1 if never compacted.
  long compacted() {
    return model().compactRevision();
  }

  /// The last revision in which something was deleted.
  long deletedAt() {
    long revision = model().revision();
    while (revision > 1
        && model().events(revision).stream()
            .noneMatch(event -> event.kind() == Event.Kind.DELETE)) {
      revision--;
    }
    return revision;
  }

  boolean stopped() {
    return stopped;
  }

  List<SimNode> up() {
    return cluster.serving();
  }

  void after(long nanos, Runnable task) {
    simulation.world().after(Duration.ofNanos(nanos), task);
  }

  void note(long value) {
    simulation.note(value);
  }

  String key(SplittableRandom chance) {
    return "key/" + chance.nextInt(swarm.keys());
  }

  long freshValue() {
    return ++lastValue;
  }

  long minLeaseSeconds() {
    return swarm.config().minLeaseSeconds();
  }

  boolean twins() {
    return swarm.has(Toggle.TWINS);
  }

  /// What `key` may well hold now.
  long likely(String key) {
    return likely.getOrDefault(key, Call.ABSENT);
  }

  void learnt(String key, Action action, Outcome outcome) {
    switch (outcome) {
      case Outcome.Saw(long before) -> likely.put(key, action.after(before));
      case Outcome.Done() -> likely.put(key, action.after(Call.ABSENT));
      case Outcome.Refused(), Outcome.Unknown() -> {}
    }
    simulation.note(likely(key));
  }

  /// Writes, and leaves it to the checks what comes of it.
  void write(SimNode member, Node node, Mutation mutation) {
    var ask = writes.ask(mutation, member.id());
    node.write(mutation, answers(ask, _ -> {}, _ -> {}));
  }

  /// Tells the checks of the answer to `ask`, then whoever waits for it.
  Reply<Answer<Result>> answers(
      Writes.Ask ask, Consumer<Answer<Result>> done, Consumer<ErrorCode> failed) {
    var before = reads.linearizable("", ask.member());
    return Reply.from(
        answer -> {
          reads.fresh(before, answer.header().revision());
          reads.acknowledged(answer.header().revision());
          writes.done(ask, answer);
          done.accept(answer);
        },
        error -> {
          writes.failed(ask, error.code());
          failed.accept(error.code());
        });
  }

  /// What is done beside reading and writing plain keys.
  void side(SimNode member, SplittableRandom chance, Runnable done) {
    var up = member.up();
    boolean compacts = swarm.has(Toggle.COMPACTIONS) && chance.nextInt(3) == 0;
    if (up == null || !(compacts || swarm.has(Toggle.LEASES))) {
      done.run();
    } else if (compacts) {
      compact(member, up, reads.acknowledged() - chance.nextInt(100), chance.nextBoolean());
      done.run();
    } else {
      leases.act(member, up, chance, once(done));
    }
  }

  void compact(SimNode member, Node node, long revision, boolean physical) {
    if (revision > 1) {
      var ask = writes.ask(new Mutation.Compact(revision), member.id());
      node.compact(revision, physical, answers(ask, _ -> reads.compacted(revision), _ -> {}));
    }
  }

  /// Runs `done` once, at the latest after a while: a node that dies does not answer.
  private Runnable once(Runnable done) {
    var ran = new boolean[1];
    Runnable run =
        () -> {
          if (!ran[0]) {
            ran[0] = true;
            done.run();
          }
        };
    after(Duration.ofSeconds(3).toNanos(), run);
    return run;
  }
}
