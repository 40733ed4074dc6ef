package io.concordkv.cli.process;

import io.concordkv.cli.config.ListenUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/// The addresses behind the names in listen URLs. A name may stand for several: a client that is
/// told `localhost` tries IPv6 or IPv4 first as it likes, so both are served where both exist.
final class ListenAddresses {
  private ListenAddresses() {}

  static List<InetSocketAddress> of(List<ListenUrl> urls) {
    return urls.stream().flatMap(ListenAddresses::of).distinct().toList();
  }

  private static Stream<InetSocketAddress> of(ListenUrl url) {
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(url.host());
    } catch (UnknownHostException e) {
      throw new UncheckedIOException("cannot listen at " + url + ": the host is not known", e);
    }
    var usable = Stream.of(addresses).filter(ListenAddresses::usable).toList();
    return (usable.isEmpty() ? List.of(addresses) : usable)
        .stream().map(address -> new InetSocketAddress(address, url.port()));
  }

  /// Whether this machine has the address: some name it in their list of hosts and do not.
  private static boolean usable(InetAddress address) {
    try (var socket = new ServerSocket(0, 1, address)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
