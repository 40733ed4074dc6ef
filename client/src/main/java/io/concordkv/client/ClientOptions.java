package io.concordkv.client;

import java.time.Duration;
import java.util.List;

/// @param endpoints the members to talk to, in the order of preference
/// @param dialTimeout how long one connection may take to come up
/// @param callTimeout how long a call may take, all attempts together
public record ClientOptions(List<Endpoint> endpoints, Duration dialTimeout, Duration callTimeout) {
  public ClientOptions {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("a client needs at least one endpoint");
    }
  }

  public static ClientOptions of(String... endpoints) {
    return new ClientOptions(
        List.of(endpoints).stream().map(Endpoint::parse).toList(),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5));
  }

  public ClientOptions withCallTimeout(Duration timeout) {
    return new ClientOptions(endpoints, dialTimeout, timeout);
  }
}
