package io.concordkv.server;

import io.concordkv.base.Check;
import io.concordkv.server.wire.Limits;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// How a server listens and what it allows.
///
/// @param listen where clients connect; port 0 takes any free one
/// @param limits what one request may ask for
/// @param electionTimeout three of these without a leader end streams that asked for one
/// @param drain how long a stopping server waits for calls that are still being answered
public record ServerConfig(
    List<InetSocketAddress> listen, Limits limits, Duration electionTimeout, Duration drain) {
  public ServerConfig {
    listen = List.copyOf(listen);
    Check.that(!listen.isEmpty(), "a server listens somewhere");
    Check.that(electionTimeout.isPositive(), "the election timeout is above zero");
  }

  public static ServerConfig at(InetSocketAddress... listen) {
    return new ServerConfig(
        List.of(listen), Limits.DEFAULT, Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  public ServerConfig withLimits(Limits limits) {
    return new ServerConfig(listen, limits, electionTimeout, drain);
  }

  public ServerConfig withElectionTimeout(Duration electionTimeout) {
    return new ServerConfig(listen, limits, electionTimeout, drain);
  }
}
