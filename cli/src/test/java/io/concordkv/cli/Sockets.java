package io.concordkv.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Free ports of the loopback address.
final class Sockets {
  private Sockets() {}

  static List<Integer> free(int count) {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (var i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      var ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (var socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
