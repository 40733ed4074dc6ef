package io.concordkv.sim.chaos;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The way from one node to another, as bad as it is told to be. All connections that the first
/// dials to the second share it. A closed way holds what comes, as packets without acknowledgement
/// are held; nothing is lost in the middle of a connection, since TCP would not lose it either.
///
/// Safe for any thread.
final class PeerLink {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private boolean closed;
  private long delayMillis;
  private long bytesPerSecond = Long.MAX_VALUE;
  private long resets;

  void close(boolean isClosed) {
    change(() -> closed = isClosed);
  }

  /// Breaks all connections there are.
  void reset() {
    change(() -> resets++);
    for (var socket : List.copyOf(sockets)) {
      try {
        socket.close();
      } catch (IOException gone) {
        // It was closed already.
      }
    }
  }

  void opened(Socket socket) {
    sockets.add(socket);
  }

  void closed(Socket socket) {
    sockets.remove(socket);
  }

  void slow(long millis) {
    change(() -> delayMillis = millis);
  }

  void narrow(long bytes) {
    change(() -> bytesPerSecond = bytes);
  }

  void heal() {
    change(() -> {
      closed = false;
      delayMillis = 0;
      bytesPerSecond = Long.MAX_VALUE;
    });
  }

  long resets() {
    lock.lock();
    try {
      return resets;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until `bytes` may go on their way, for one who counted `resets` when it connected.
  ///
  /// @return false if the connection is to be broken
  boolean pass(int bytes, long resetsThen) throws InterruptedException {
    lock.lock();
    try {
      long nanos = delayMillis * 1_000_000;
      if (bytesPerSecond != Long.MAX_VALUE) {
        nanos += bytes * 1_000_000_000L / bytesPerSecond;
      }
      while (resets == resetsThen && (closed || nanos > 0)) {
        if (closed) {
          changed.await();
        } else {
          nanos = changed.awaitNanos(nanos);
        }
      }
      return resets == resetsThen;
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
