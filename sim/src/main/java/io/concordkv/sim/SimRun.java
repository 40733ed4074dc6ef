package io.concordkv.sim;

import io.concordkv.sim.cluster.Setup;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.cluster.Toggle;
import io.concordkv.sim.mark.Sightings;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.nemesis.Nemesis;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.net.Wiretap;
import io.concordkv.sim.oracle.Bounds;
import io.concordkv.sim.oracle.Disturbance;
import io.concordkv.sim.oracle.FilesCheck;
import io.concordkv.sim.oracle.Oracle;
import io.concordkv.sim.oracle.StateCheck;
import io.concordkv.sim.trace.Story;
import io.concordkv.sim.violation.Violation;
import io.concordkv.sim.workload.Clients;
import io.concordkv.testkit.Simulation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One seed: starts a cluster, lets clients and the nemesis loose on it, heals it, waits for calm,
/// compares the nodes, cuts the power once more, compares again, and judges what clients saw.
public final class SimRun {
  /// The longest lease that clients ask for, given anew by a new leader, and a good measure more.
  private static final Duration LEASES_END = Duration.ofSeconds(20);

  /// No request is under way any more.
  private static final Duration REQUESTS_END = Duration.ofSeconds(12);

  /// How many parts of a million a clock is wrong.
  private static final long MAX_DRIFT = 500;

  private static final Duration AFTER_HEALING = Duration.ofSeconds(3);

  private final Setup setup;
  private final List<Wiretap> taps = new ArrayList<>();
  private final Simulation simulation;
  private final Swarm swarm;
  private final Oracle oracle;
  private final StateCheck states;
  private final FilesCheck files = new FilesCheck();
  private final Bounds bounds;
  private final Disturbance disturbance;
  private final Sightings sightings;
  private final SimCluster cluster;
  private final Clients clients;
  private final Nemesis nemesis;
  private final Phases phases;
  private boolean decided = true;

  private SimRun(Setup setup) {
    this.setup = setup;
    simulation = new Simulation(setup.seed());
    swarm = Swarm.draw(setup, simulation::random);
    if (!swarm.has(Toggle.BUGGIFY)) {
      simulation.withoutFaultSites();
    }
    var replay = new Replay(simulation::nanos);
    Predicate<String> damaged = name -> simulation.disk(name).wasDamaged();
    oracle = new Oracle(replay, name -> simulation.disk(name).medium(), damaged, this::bare);
    states = new StateCheck(replay, damaged);
    bounds = new Bounds(swarm.config());
    taps.add(oracle);
    sightings = new Sightings(simulation);
    taps.add(sightings);
    disturbance = Disturbance.of(simulation::nanos, swarm);
    taps.add(disturbance);
    var network = new SimNetwork(simulation, Wiretap.all(taps));
    cluster = new SimCluster(simulation, swarm, network, replay);
    clients = new Clients(simulation, cluster, swarm, replay);
    nemesis = new Nemesis(simulation, cluster, network, clients, swarm);
    phases = new Phases(simulation, cluster, clients, network, nemesis, swarm, replay, states);
    simulation.observe(this::look);
    if (swarm.has(Toggle.CLOCKS)) {
      var rates = simulation.random("clocks");
      cluster
          .nodes()
          .forEach(node ->
              simulation.clock(node.name()).drift(rates.nextLong(-MAX_DRIFT, MAX_DRIFT + 1)));
    }
  }

  /// Runs `seed`; `nodes` 0 lets it choose between three and five.
  public static SimReport run(long seed, int nodes, Duration chaos) {
    return run(Setup.of(seed, nodes, chaos));
  }

  public static SimReport run(Setup setup) {
    return new SimRun(setup).run();
  }

  /// The numbers of the faults that a run of `setup` has.
  public static List<Integer> planned(Setup setup) {
    return new SimRun(setup).nemesis.planned();
  }

  /// The same for people to read.
  public static List<String> faults(Setup setup) {
    return new SimRun(setup).nemesis.describe();
  }

  /// Runs `setup` and writes down what happens.
  public static void tell(Setup setup, Path file) throws IOException {
    var run = new SimRun(setup);
    var story = new Story(run.simulation, run.cluster);
    run.taps.add(story);
    run.nemesis.onStrike(story::tell);
    run.simulation.observe(story::look);
    var report = run.run();
    var head = new ArrayList<String>();
    head.add(setup.command());
    head.add(report.violation() == null ? "passed" : report.violation().getMessage());
    head.add(run.swarm.toString());
    head.addAll(run.nemesis.describe());
    story.write(file, head);
  }

  private boolean bare(String name) {
    var node = cluster.node(name);
    return node != null && node.witness();
  }

  /// Only events of its own loop change a node.
  private void look() {
    var node = cluster.node(simulation.lastRan());
    var up = node == null ? null : node.up();
    var env = node == null ? null : node.env();
    if (node != null && up != null && env != null) {
      oracle.look(node.name(), up);
      bounds.look(node.name(), up);
      disturbance.look(up);
      if (!node.witness()) {
        states.look(node.name(), up, env);
        files.look(node.name(), up, env);
      }
      sightings.look(node);
    }
    clients.look();
  }

  private SimReport run() {
    try {
      form();
      clients.start();
      nemesis.start();
      simulation.runFor(setup.chaos());
      nemesis.rest();
      phases.healCore();
      nemesis.healAll();
      simulation.withoutFaultSites();
      phases.recover();
      simulation.runFor(AFTER_HEALING);
      clients.stop();
      simulation.runFor(swarm.has(Toggle.LEASES) ? LEASES_END : REQUESTS_END);
      if (setup.beyond()) {
        phases.compareThoseThatAnswer();
        decided = clients.judge();
        return report(null);
      }
      var before = phases.calm();
      phases.readable();
      cluster.sound().forEach(cluster::powerCut);
      cluster.nodes().forEach(cluster::start);
      var after = phases.calm();
      Violation.unless(
          before.equals(after),
          "restart-keeps-state",
          "before the last power cut " + before + ", after it " + after);
      expectNoLeasedKey();
      decided = clients.judge();
      return report(null);
    } catch (Violation violation) {
      return report(violation);
    } catch (RuntimeException | Error failure) {
      return report(new Violation("simulator", failure.toString(), failure));
    }
  }

  /// Nothing is wrong yet: the nodes find one another.
  private void form() {
    cluster.nodes().forEach(cluster::start);
    Violation.unless(
        phases.await(() -> cluster.leader() != null),
        "I16 forms",
        "a cluster that nobody hurts elects no leader");
  }

  /// Nobody keeps a lease alive any more, so all are over and their keys are gone.
  private void expectNoLeasedKey() {
    var counts = new ArrayList<Long>();
    for (var node : cluster.keepers()) {
      clients.countLeasedKeys(node, counts::add);
    }
    Violation.unless(
        phases.await(() -> counts.size() >= cluster.keepers().size()),
        "I16 answers",
        "a node does not read");
    Violation.unless(
        counts.stream().allMatch(count -> count == 0), "lease-ends", "leased keys live: " + counts);
  }

  private SimReport report(@Nullable Violation violation) {
    return new SimReport(
        setup.seed(),
        swarm.nodes(),
        simulation.trace(),
        simulation.nanos(),
        simulation.events(),
        nemesis.struck(),
        oracle.elections(),
        oracle.commits(),
        clients.calls(),
        clients.unknown(),
        decided,
        simulation.marks(),
        violation);
  }
}
