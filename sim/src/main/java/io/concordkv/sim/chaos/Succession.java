package io.concordkv.sim.chaos;

import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Members that are replaced: who holds a place is removed, and its node comes back with nothing,
/// under a new id, as a learner that is promoted or as a voter at once. One place at a time. Each
/// step asks the cluster how far the change is, so it does not matter what became of the step
/// before.
final class Succession {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final RealCluster cluster;
  private final Consumer<String> note;

  /// Asks the others: the successor may be a learner, which answers no such questions.
  private @Nullable ConcordClient client;

  private int place;
  private boolean learner;
  private long leaving;

  Succession(RealCluster cluster, Consumer<String> note) {
    this.cluster = cluster;
    this.note = note;
  }

  /// False if a change is under way already.
  boolean begin(int successor, boolean asLearner) {
    if (client != null) {
      return false;
    }
    place = successor;
    client = cluster.clientWithout(PATIENCE, place);
    learner = asLearner;
    leaving = cluster.id(place);
    cluster.hold(place);
    return true;
  }

  /// Takes the next step if there is one and the cluster can; true if nothing is left to do.
  boolean advance() {
    if (client == null) {
      return true;
    }
    try {
      if (step(client)) {
        cluster.release(place);
        client.close();
        client = null;
      }
    } catch (ClientException notNow) {
      // The next step finds out what became of it.
    }
    return client == null;
  }

  private boolean step(ConcordClient client) {
    var node = cluster.node(place);
    var url = cluster.peerUrl(place);
    var members = client.cluster().members(true).getMembersList();
    var holder =
        members.stream().filter(member -> member.getPeerURLsList().contains(url)).findFirst();
    if (holder.isEmpty()) {
      node.kill();
      node.forget();
      var _ = client.cluster().add(List.of(url), learner);
      note.accept(learner ? "add-learner" : "add-voter");
      return false;
    }
    var member = holder.get();
    if (member.getID() == leaving) {
      var _ = client.cluster().remove(leaving);
      note.accept(node.alive() ? "remove" : "remove-dead");
      return false;
    }
    if (!node.alive()) {
      cluster.join(place, member.getID(), members);
      return false;
    }
    if (member.getIsLearner()) {
      var _ = client.cluster().promote(member.getID());
      note.accept("promote");
      return false;
    }
    return !member.getName().isEmpty();
  }
}
