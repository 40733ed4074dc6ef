package io.concordkv.cli.process;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.cli.config.ServerOptions;
import io.concordkv.node.Bootstrap.Existing;
import io.concordkv.node.shard.Member;
import io.concordkv.transport.grpc.GrpcMembers;
import io.concordkv.transport.peer.Roster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// How a node without data joins a cluster that exists: it asks the others, at the peer URLs that
/// it was given, who they are, and finds itself among them by its own.
final class Joining {
  private static final Duration ASK = Duration.ofSeconds(2);

  /// One that has just been added may be asked about before the one asked has heard of it.
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final ServerOptions options;
  private final List<String> own;

  private Joining(ServerOptions options) {
    this.options = options;
    own = sorted(options.initialCluster().getOrDefault(options.name(), List.of()));
  }

  /// Fails with a [ConcordException] that says why this node cannot join. Blocks.
  static Existing find(ServerOptions options) {
    return new Joining(options).find();
  }

  private Existing find() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    ConcordException last;
    do {
      try (var http = HttpClient.newBuilder().connectTimeout(ASK).build()) {
        return ask(http);
      } catch (ConcordException e) {
        last = e;
      }
      pause();
    } while (System.nanoTime() - end < 0);
    throw last;
  }

  private Existing ask(HttpClient http) {
    var failures = new ArrayList<String>();
    for (var url : others()) {
      try {
        var page =
            switch (options.peerWire()) {
              case TCP -> overHttp(http, url);
              case GRPC -> overGrpc(url);
            };
        return check(url, page.cluster(), MembersPage.parse(page.json()));
      } catch (IOException | IllegalArgumentException e) {
        failures.add(url + " (" + (e.getMessage() == null ? e : e.getMessage()) + ")");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ConcordException(ErrorCode.STOPPED, "interrupted while asking the members");
      }
    }
    throw new ConcordException(
        ErrorCode.NO_LEADER,
        "cannot join: no member of the cluster answered at "
            + String.join(", ", failures)
            + ". --initial-cluster must name the peer URLs of all members, and this one's, and"
            + " --peer-transport must be theirs");
  }

  private static Roster.Page overHttp(HttpClient http, String url)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(url + "/members")).timeout(ASK).build();
    var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    var cluster = answer.headers().firstValue("X-Etcd-Cluster-Id").orElse("");
    return new Roster.Page(Long.parseUnsignedLong(cluster, 16), answer.body());
  }

  private static Roster.Page overGrpc(String url) throws IOException {
    var address = PeerDialer.address(url);
    if (address == null) {
      throw new IllegalArgumentException("no address to dial");
    }
    return GrpcMembers.ask(address, ASK);
  }

  private List<String> others() {
    return options.initialCluster().values().stream()
        .flatMap(List::stream)
        .filter(url -> !own.contains(url))
        .toList();
  }

  private Existing check(String asked, long cluster, List<Member> members) {
    var self = members.stream().filter(member -> sorted(member.peerUrls()).equals(own)).findFirst();
    if (self.isEmpty()) {
      throw refused(
          "cannot join: the members that "
              + asked
              + " knows are at "
              + urls(members)
              + ", and none of them at "
              + String.join(",", own)
              + ". Add this one first (concord member add "
              + options.name()
              + " --peer-urls="
              + String.join(",", own)
              + ") and give it the settings that this prints");
    }
    var given = new TreeSet<String>();
    options.initialCluster().values().forEach(given::addAll);
    if (!given.equals(urls(members))) {
      throw refused(
          "cannot join: --initial-cluster names "
              + given
              + ", but the members that "
              + asked
              + " knows are at "
              + urls(members)
              + ". It must name all members as they are now, and this one");
    }
    if (self.get().started()) {
      throw refused(
          "cannot join as member %x: it has taken part already, with data that is not in %s."
                  .formatted(self.get().id(), options.dataDir())
              + " Without its data it could break what it promised. Remove it (concord member"
              + " remove %x), add it again, which gives it a new id, and start it then"
                  .formatted(self.get().id()));
    }
    return new Existing(cluster, self.get().id(), members);
  }

  private static Set<String> urls(List<Member> members) {
    var urls = new TreeSet<String>();
    members.forEach(member -> urls.addAll(member.peerUrls()));
    return urls;
  }

  private static ConcordException refused(String why) {
    return new ConcordException(ErrorCode.MEMBER_NOT_FOUND, why);
  }

  private static List<String> sorted(List<String> urls) {
    return urls.stream().sorted().toList();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
