package io.concordkv.cli.process;

import io.concordkv.base.env.RealEnv;
import io.concordkv.cli.config.ServerOptions;
import io.concordkv.node.Node;
import io.concordkv.node.shard.Member;
import io.concordkv.transport.Transport;
import io.concordkv.transport.grpc.GrpcWire;
import io.concordkv.transport.peer.PeerConfig;
import io.concordkv.transport.peer.PeerTransport;
import io.concordkv.transport.peer.PeerTransport.Expulsion;
import io.concordkv.transport.peer.Roster;
import io.concordkv.transport.peer.Wire;
import io.concordkv.transport.tcp.TcpWire;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way to the other members: dials those there are, where they are.
final class PeerDialer implements Node.Dialer {
  private static final Logger LOG = LoggerFactory.getLogger(PeerDialer.class);

  private final RealEnv env;
  private final ServerOptions options;
  private final Consumer<Expulsion> expelled;
  private @Nullable PeerTransport transport;
  private long self;
  private long cluster;
  private List<Member> last = List.of();

  /// @param expelled is told, on the loop, that the others will not have this node any more
  PeerDialer(RealEnv env, ServerOptions options, Consumer<Expulsion> expelled) {
    this.env = env;
    this.options = options;
    this.expelled = expelled;
  }

  @Override
  public Transport dial(long self, long cluster, long birth) {
    this.self = self;
    this.cluster = cluster;
    var advertised = address(options.advertisePeer().getFirst());
    var opened =
        PeerTransport.open(
            env.loop(),
            PeerConfig.of(
                self,
                cluster,
                birth,
                advertised == null
                    ? ""
                    : "%s:%d".formatted(advertised.getHostString(), advertised.getPort()),
                ListenAddresses.of(options.listenPeer()),
                env.random("dial"),
                problem -> LOG.warn("peers problem=\"{}\"", problem)),
            wire(options));
    opened.onExpelled(expelled);
    transport = opened;
    return opened;
  }

  private static Wire.Maker wire(ServerOptions options) {
    return switch (options.peerWire()) {
      case TCP -> TcpWire::new;
      case GRPC -> GrpcWire::new;
    };
  }

  @Override
  public void members(List<Member> members, List<Long> removed) {
    var peers = new TreeMap<Long, InetSocketAddress>();
    var births = new TreeMap<Long, Long>();
    for (var member : members) {
      births.put(member.id(), member.birth());
      var address =
          member.peerUrls().stream()
              .map(PeerDialer::address)
              .filter(each -> each != null)
              .findFirst();
      if (member.id() != self) {
        address.ifPresent(at -> peers.put(member.id(), at));
      }
    }
    if (!members.equals(last)) {
      LOG.info(
          "members count={} learners={} removed={}",
          members.size(),
          learners(members),
          removed.size());
      last = members;
    }
    if (transport != null) {
      var page = new Roster.Page(cluster, MembersPage.of(members));
      transport.roster(new Roster(peers, births, new TreeSet<>(removed), page));
    }
  }

  private static long learners(List<Member> members) {
    return members.stream().filter(Member::learner).count();
  }

  /// Null if it is none that can be dialed: a member's URL can be changed to anything.
  static @Nullable InetSocketAddress address(String url) {
    try {
      var uri = new URI(url);
      var host = uri.getHost();
      return host == null || uri.getPort() < 0
          ? null
          : InetSocketAddress.createUnresolved(host, uri.getPort());
    } catch (URISyntaxException e) {
      return null;
    }
  }
}
