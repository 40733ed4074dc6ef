package io.concordkv.server;

import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Timer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The thread that reads and writes the clients' connections: epoll where there is one.
///
/// A node can run on it too ([io.concordkv.base.env.RealEnv#on]). Then a request goes from the
/// socket to the node and back without waking another thread, which costs more than the rest of a
/// small request; with many cores two threads get more done.
public final class IoLoop implements Scheduler, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final EventLoopGroup group;
  private final EventExecutor thread;
  private final Class<? extends ServerChannel> channel;
  private final Consumer<Throwable> fatal;

  private IoLoop(Consumer<Throwable> fatal) {
    this.fatal = fatal;
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    channel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    group =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("concord-io", true), handlers);
    thread = group.next();
  }

  /// Starts the thread. What escapes a posted task goes to `fatal`, and the node must end.
  public static IoLoop open(Consumer<Throwable> fatal) {
    return new IoLoop(fatal);
  }

  @Override
  public void post(Runnable task) {
    if (!thread.isShuttingDown()) {
      thread.execute(() -> run(task));
    }
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    var timer = thread.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable escaped) {
      fatal.accept(escaped);
    }
  }

  EventLoopGroup group() {
    return group;
  }

  Class<? extends ServerChannel> channel() {
    return channel;
  }

  @Override
  public void close() {
    group
        .shutdownGracefully(0, PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
        .awaitUninterruptibly(PATIENCE.toMillis());
  }
}
