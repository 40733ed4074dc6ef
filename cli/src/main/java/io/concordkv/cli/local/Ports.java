package io.concordkv.cli.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;

/// Pairs of neighbouring ports on the loopback address.
final class Ports {
  private static final int TRIES = 200;

  private Ports() {}

  /// `wanted` if it and the next one are free, else the next such pair.
  static int pairFrom(int wanted, Set<Integer> taken) {
    for (var port = wanted; port < wanted + TRIES; port += 2) {
      if (!taken.contains(port) && free(port) && free(port + 1)) {
        return port;
      }
    }
    throw new IllegalStateException("no free ports from " + wanted + " on");
  }

  static boolean free(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
