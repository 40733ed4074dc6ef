package io.concordkv.sim.chaos;

import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.sim.check.Linearizability;
import io.concordkv.sim.check.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One cluster under load and in trouble, and what is said of it afterwards.
public final class ChaosRun {
  private static final Duration PATIENCE = Duration.ofMillis(1500);
  private static final int REGISTER_CLIENTS = 6;
  private static final int WRITERS = 2;
  private static final int MOVERS = 2;
  private static final int THINK_MILLIS = 12;

  private final Path directory;
  private final List<String> command;
  private final @Nullable Path library;
  private final long seed;
  private final Duration duration;
  private final Registers registers = new Registers();
  private final Once once = new Once();
  private final Leaseholders leases = new Leaseholders();
  private final Accounts accounts = new Accounts();
  private volatile boolean over;

  /// @param calls of which the history consists
  /// @param acknowledged writes of a key of their own
  /// @param moves transactions of several keys that were acknowledged
  /// @param undecided whether the history was too hard to be judged within its bound
  /// @param trouble how often each kind was made
  public record Report(
      long seed,
      int nodes,
      int calls,
      int acknowledged,
      int moves,
      int revisions,
      int leaseLooks,
      boolean undecided,
      SortedMap<String, Integer> trouble) {
    @Override
    public String toString() {
      return ("seed %d: %d nodes, %d calls %s, %d of %d acknowledged writes there, %d moves of a"
              + " constant sum, %d revisions told alike by all, %d looks at leases; %s")
          .formatted(
              seed,
              nodes,
              calls,
              undecided ? "UNDECIDED" : "linearizable",
              acknowledged,
              acknowledged,
              moves,
              revisions,
              leaseLooks,
              trouble);
    }
  }

  /// @param command what starts a node, up to its flags
  /// @param directory for data and logs; must be fresh
  /// @param library as [Spoiler] made it, or null to leave disks and clocks alone
  ChaosRun(
      Path directory, List<String> command, @Nullable Path library, long seed, Duration duration) {
    this.directory = directory;
    this.command = command;
    this.library = library;
    this.seed = seed;
    this.duration = duration;
  }

  /// Throws [ChaosFailure] if anything was wrong.
  Report run() {
    var chance = new SplittableRandom(seed);
    int size = chance.nextInt(3) == 0 ? 5 : 3;
    try (var cluster = new RealCluster(directory, size, command, library);
        var client = cluster.client(Duration.ofSeconds(10))) {
      cluster.start();
      var spectators = new Spectators(cluster);
      var load = load(cluster, chance);
      long begun = System.nanoTime();
      var trouble = new Trouble(cluster, chance.split());
      try {
        trouble.until(() -> System.nanoTime() - begun - duration.toNanos() >= 0);
      } finally {
        over = true;
        load.forEach(ChaosRun::join);
      }
      RealCluster.eventually(
          "the cluster serves when all is healed",
          () -> {
            cluster.startAll();
            return RealCluster.serves(client);
          });
      return judge(cluster, client, spectators, trouble);
    }
  }

  private Report judge(
      RealCluster cluster, ConcordClient client, Spectators spectators, Trouble trouble) {
    once.check(client);
    accounts.check(client);
    leases.check(client);
    long revision = client.kv().put("chaos/end", "").getHeader().getRevision();
    sameEverywhere(cluster, client, revision);
    spectators.check(client, revision);
    var history = registers.history();
    boolean undecided =
        switch (Linearizability.check(history)) {
          case Verdict.Linearizable _ -> false;
          case Verdict.Undecided _ -> true;
          case Verdict.Violation violation ->
              throw new ChaosFailure("not linearizable: " + violation);
        };
    return new Report(
        seed,
        cluster.size(),
        history.size(),
        once.acknowledged(),
        accounts.moves(),
        spectators.revisions(),
        leases.looks(),
        undecided,
        trouble.done());
  }

  private static void sameEverywhere(RealCluster cluster, ConcordClient client, long revision) {
    var hashes = new TreeSet<Integer>();
    for (var endpoint : cluster.endpoints()) {
      RealCluster.eventually(
          endpoint + " has revision " + revision,
          () -> {
            try {
              hashes.add(client.maintenance().hashKv(endpoint, revision).getHash());
              return true;
            } catch (ClientException notYet) {
              return false;
            }
          });
    }
    ChaosFailure.unless(
        hashes.size() == 1, "members have different hashes at revision " + revision, hashes);
  }

  private List<Thread> load(RealCluster cluster, SplittableRandom chance) {
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < REGISTER_CLIENTS; i++) {
      int number = i;
      threads.add(
          client(
              cluster, i, chance.split(), (client, own, _) -> registers.act(number, client, own)));
    }
    for (int i = 0; i < WRITERS; i++) {
      int number = i;
      threads.add(
          client(
              cluster,
              i + 1,
              chance.split(),
              (client, _, count) -> once.act(number, count, client)));
    }
    for (int i = 0; i < MOVERS; i++) {
      threads.add(
          client(cluster, i, chance.split(), (client, own, _) -> accounts.act(client, own)));
    }
    threads.add(client(cluster, 2, chance.split(), (client, own, _) -> leases.act(client, own)));
    return threads;
  }

  private interface Act {
    void once(ConcordClient client, SplittableRandom chance, long count);
  }

  private Thread client(RealCluster cluster, int first, SplittableRandom chance, Act act) {
    return Thread.ofPlatform()
        .daemon()
        .name("client-" + first)
        .start(() -> {
          try (var client = cluster.client(PATIENCE, first % cluster.size())) {
            for (long count = 0; !over; count++) {
              act.once(client, chance, count);
              RealCluster.pause(chance.nextInt(THINK_MILLIS));
            }
          }
        });
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
