package io.concordkv.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The connections of a client, and the way from a request to the member that answers it.
///
/// All callers start at the same preferred endpoint and move on together when it fails, so that one
/// dead member costs one failed call and not one in every few.
final class Calls implements AutoCloseable {
  private final ClientOptions options;
  private final EventLoopGroup network;
  private final ExecutorService callbacks;
  private final List<ManagedChannel> channels;
  private final AtomicInteger preferred = new AtomicInteger();

  Calls(ClientOptions options) {
    this.options = options;
    this.network = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    this.callbacks = Executors.newVirtualThreadPerTaskExecutor();
    this.channels = options.endpoints().stream().map(this::channel).toList();
  }

  private ManagedChannel channel(Endpoint endpoint) {
    return NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port())
        .usePlaintext()
        .eventLoopGroup(network)
        .channelType(NioSocketChannel.class)
        .withOption(
            ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(options.dialTimeout().toMillis()))
        .executor(callbacks)
        .disableRetry()
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(5, TimeUnit.SECONDS)
        .build();
  }

  ClientOptions options() {
    return options;
  }

  ExecutorService callbacks() {
    return callbacks;
  }

  Endpoint endpoint(int index) {
    return options.endpoints().get(index);
  }

  int preferred() {
    return preferred.get();
  }

  /// Names the endpoint that calls start at next, unless somebody has moved on already.
  void moveOnFrom(int index) {
    preferred.compareAndSet(index, (index + 1) % channels.size());
  }

  /// A new call on the connection to endpoint `index`. A connection that failed is begun anew at
  /// once: gRPC's own pause would outlast the restart of a member.
  <Q, A> ClientCall<Q, A> call(MethodDescriptor<Q, A> method, int index, CallOptions callOptions) {
    var channel = channels.get(index);
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.resetConnectBackoff();
    }
    return channel.newCall(method, callOptions);
  }

  /// A call that changes nothing: asked again elsewhere until one member answers or time is up.
  <Q, A> CompletableFuture<A> read(MethodDescriptor<Q, A> method, Q request) {
    return new Attempt<>(this, method, request, true, preferred(), channels.size()).start();
  }

  /// A call that changes something: sent at most once.
  <Q, A> CompletableFuture<A> write(MethodDescriptor<Q, A> method, Q request) {
    return new Attempt<>(this, method, request, false, preferred(), channels.size()).start();
  }

  /// A call to one member only.
  <Q, A> CompletableFuture<A> readAt(int index, MethodDescriptor<Q, A> method, Q request) {
    return new Attempt<>(this, method, request, true, index, 1).start();
  }

  /// The index of `endpoint` among those of this client.
  int indexOf(Endpoint endpoint) {
    var index = options.endpoints().indexOf(endpoint);
    if (index < 0) {
      throw new IllegalArgumentException(endpoint + " is not an endpoint of this client");
    }
    return index;
  }

  /// Waits for an answer; a failure is thrown as what it is. Interrupted, it stops waiting: nobody
  /// knows then whether the call was or will be done.
  static <A> A await(CompletableFuture<A> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for an answer");
    }
  }

  @Override
  public void close() {
    var open = new ArrayList<>(channels);
    open.forEach(ManagedChannel::shutdownNow);
    var _ = network.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
    callbacks.shutdown();
  }
}
