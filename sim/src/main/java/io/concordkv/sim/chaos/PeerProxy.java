package io.concordkv.sim.chaos;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Stands before the peer port of one node and lets through what the links say. Who dials it is
/// read from the greeting that every connection between nodes begins with (docs/formats/frame.md),
/// so all nodes can be given the same address of this one. One that wants to join asks over HTTP
/// first, which is let through.
final class PeerProxy implements AutoCloseable {
  private static final int HELLO_BYTES = 35;
  private static final int FROM_AT = 15;
  private static final int GET = 'G' << 24 | 'E' << 16 | 'T' << 8 | ' ';
  private static final int BUFFER_BYTES = 64 << 10;

  private final ServerSocket door;
  private final int target;
  private final LongFunction<@Nullable PeerLink> linkFrom;
  private final PeerLink questions = new PeerLink();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /// @param target the node's own peer port
  /// @param linkFrom the way from a member, by its id; null if it is none
  PeerProxy(int target, LongFunction<@Nullable PeerLink> linkFrom) {
    this.target = target;
    this.linkFrom = linkFrom;
    try {
      door = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().name("proxy-" + target).start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        var caller = door.accept();
        open.add(caller);
        Thread.ofVirtual().start(() -> serve(caller));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket caller) {
    try (caller) {
      caller.setTcpNoDelay(true);
      var hello = new byte[HELLO_BYTES];
      new DataInputStream(caller.getInputStream()).readFully(hello);
      var link =
          ByteBuffer.wrap(hello).getInt() == GET
              ? questions
              : linkFrom.apply(ByteBuffer.wrap(hello).getLong(FROM_AT));
      if (link == null) {
        return;
      }
      long resets = link.resets();
      link.opened(caller);
      if (!link.pass(HELLO_BYTES, resets)) {
        return;
      }
      try (var node = new Socket(InetAddress.getLoopbackAddress(), target)) {
        open.add(node);
        link.opened(node);
        node.setTcpNoDelay(true);
        node.getOutputStream().write(hello);
        // A connection carries frames one way only; the answer to the greeting comes back.
        var back = Thread.ofVirtual().start(() -> pump(node, caller, link, resets));
        pump(caller, node, link, resets);
        back.join();
      }
    } catch (IOException | InterruptedException broken) {
      // Both ends see it; the node dials again.
    } finally {
      open.remove(caller);
    }
  }

  private void pump(Socket from, Socket to, PeerLink link, long resets) {
    var buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        if (!link.pass(read, resets)) {
          break;
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException | InterruptedException broken) {
      // One end is gone, so the other goes too.
    }
    link.closed(from);
    link.closed(to);
    quietlyClose(from);
    quietlyClose(to);
  }

  private void quietlyClose(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException gone) {
      // It was closed already.
    }
  }

  @Override
  public void close() {
    try {
      door.close();
    } catch (IOException gone) {
      // It was closed already.
    }
    open.forEach(this::quietlyClose);
  }
}
