package io.concordkv.transport.peer;

import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One lane to one peer: the frames that wait, and the connection that takes them, dialed again
/// whenever it is lost. While there is no connection nothing waits, it is dropped.
///
/// Thread safety: [#offer] and [#isOpen] for any thread, all else for the transport's own.
@SuppressWarnings("FutureReturnValueIgnored") // what is scheduled is cut off with its thread
final class Link {
  private static final int WRITE_BYTES = 256 << 10;

  private final PeerTransport transport;
  private final PeerConfig config;
  private final Sockets sockets;
  private final Wire wire;
  private final long peer;
  private final InetSocketAddress address;
  private final Lane lane;
  private final SendQueue queue;
  private volatile boolean open;
  private @Nullable Attempt current;
  private int failures;
  private boolean closed;
  private String lastProblem = "";

  Link(
      PeerTransport transport,
      PeerConfig config,
      Sockets sockets,
      Wire wire,
      long peer,
      InetSocketAddress address,
      Lane lane) {
    this.transport = transport;
    this.config = config;
    this.sockets = sockets;
    this.wire = wire;
    this.peer = peer;
    this.address = address;
    this.lane = lane;
    queue = new SendQueue(config.queueFrames(), config.queueBytes(lane));
  }

  InetSocketAddress address() {
    return address;
  }

  boolean isOpen() {
    return open;
  }

  /// False if the frame was dropped.
  boolean offer(Frame frame) {
    return open && queue.offer(frame);
  }

  /// Writes what waits, as far as the connection takes it, and flushes once.
  void drain() {
    var to = current;
    if (to == null || !open) {
      return;
    }
    boolean wrote = false;
    while (to.line.writable() && !queue.isEmpty()) {
      var batch = new ArrayList<Frame>();
      int bytes = queue.take(batch, WRITE_BYTES);
      to.line.write(batch, bytes, () -> queue.gone(batch.size(), bytes));
      wrote = true;
    }
    if (wrote) {
      to.line.flush();
    }
  }

  void dial() {
    if (closed) {
      return;
    }
    if (address.isUnresolved()) {
      sockets.resolve(address, this::connect, this::unknown);
    } else {
      connect(address);
    }
  }

  void close() {
    closed = true;
    open = false;
    if (current != null) {
      current.line.close();
    }
  }

  private void unknown(String why) {
    report("cannot resolve the name: " + why);
    again();
  }

  private void connect(InetSocketAddress target) {
    if (!closed) {
      var attempt = new Attempt(target);
      current = attempt;
      sockets.thread().schedule(attempt::expire, config.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void again() {
    if (closed) {
      return;
    }
    long first = config.firstBackoff().toNanos();
    long longest = config.maxBackoff().toNanos();
    long wait = failures >= 20 ? longest : Math.min(longest, first << failures);
    failures++;
    long jittered = wait / 2 + config.random().nextLong(wait / 2 + 1);
    sockets.thread().schedule(this::dial, jittered, TimeUnit.NANOSECONDS);
  }

  private void report(String text) {
    if (!text.equals(lastProblem)) {
      lastProblem = text;
      transport.problem("peer=%x lane=%s address=%s: %s".formatted(peer, lane, address, text));
    }
  }

  /// One dial, and the connection it may become. There is never more than one: the next begins when
  /// this one has ended.
  private final class Attempt implements Line.Events {
    private final Line line;
    private boolean answered;

    Attempt(InetSocketAddress target) {
      line =
          wire.dial(
              target,
              new Handshake.Hello(
                  Handshake.VERSION,
                  lane,
                  config.cluster(),
                  config.self(),
                  peer,
                  config.birth(),
                  config.advertised()),
              this);
    }

    void expire() {
      if (!answered) {
        line.close();
      }
    }

    @Override
    public void opened() {
      answered = true;
      if (closed) {
        line.close();
        return;
      }
      queue.clear();
      failures = 0;
      lastProblem = "";
      open = true;
    }

    @Override
    public void writable() {
      drain();
    }

    @Override
    public void refused(Handshake.@Nullable Answer why) {
      if (why == Handshake.Answer.REMOVED) {
        transport.expelled(PeerTransport.Expulsion.REMOVED);
      } else if (why == Handshake.Answer.LOST_ITS_DATA) {
        transport.expelled(PeerTransport.Expulsion.LOST_ITS_DATA);
      }
    }

    @Override
    public void ended(boolean closedByPeer, String problem) {
      answered = true;
      current = null;
      boolean wasOpen = open;
      open = false;
      queue.clear();
      if (closed) {
        return;
      }
      if (wasOpen && closedByPeer && lane == Lane.CONTROL) {
        transport.lost(peer);
      }
      if (!problem.isEmpty()) {
        report(problem);
      }
      again();
    }
  }
}
