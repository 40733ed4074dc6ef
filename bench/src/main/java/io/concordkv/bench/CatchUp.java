package io.concordkv.bench;

import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.KVGrpc;
import io.concordkv.proto.etcdserverpb.MaintenanceGrpc;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.StatusRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// How long a node takes that was away while much was written, and how much memory it and the
/// leader then need. What it missed is more than the log keeps, so it gets a snapshot.
public final class CatchUp {
  private static final int VALUE_BYTES = 64 << 10;
  private static final int AT_ONCE = 64;
  private static final int AWAY = 2;

  private CatchUp() {}

  /// @param arguments how many megabytes are written meanwhile
  public static void main(String[] arguments) {
    var root = Path.of(System.getProperty("concord.root", ".")).toAbsolutePath();
    long megabytes = arguments.length == 0 ? 1024 : Long.parseLong(arguments[0]);
    var directory = root.resolve("bench/target/clusters/catch-up");
    try (var cluster = Cluster.start("concordkv", root.resolve("bin/etcd"), directory);
        var channels = cluster.connect(1)) {
      cluster.kill(AWAY);
      long begun = System.nanoTime();
      write(channels, (megabytes << 20) / VALUE_BYTES);
      double wrote = seconds(begun);
      long until = applied(channels, 0);
      long idle = resident(cluster, 0, "VmRSS");
      forgetPeak(cluster, 0);
      begun = System.nanoTime();
      cluster.restart(AWAY);
      while (applied(channels, AWAY) < until) {
        Cluster.pause(20);
      }
      double took = seconds(begun);
      System.out.printf(
          Locale.ROOT,
          "%d MB missed, written at %.0f MB/s: caught up %.1f s after its start, %.0f MB/s;"
              + " resident: sender %d MB before, %d MB at most, receiver %d MB at most%n",
          megabytes,
          megabytes / wrote,
          took,
          megabytes / took,
          idle,
          resident(cluster, 0, "VmHWM"),
          resident(cluster, AWAY, "VmHWM"));
    }
    System.exit(0);
  }

  /// Distinct keys with values that cannot be compressed.
  private static void write(Channels channels, long count) {
    var kv = KVGrpc.newFutureStub(channels.get(0));
    var random = new SplittableRandom(1);
    var under = new ArrayDeque<Future<?>>();
    try {
      for (long i = 0; i < count; i++) {
        var value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        var key = ByteString.copyFromUtf8("big-%08d".formatted(i));
        under.add(
            kv.put(
                PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFrom(value)).build()));
        if (under.size() == AT_ONCE) {
          under.remove().get();
        }
      }
      while (!under.isEmpty()) {
        under.remove().get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long applied(Channels channels, int node) {
    try {
      return MaintenanceGrpc.newBlockingStub(channels.get(node))
          .withDeadlineAfter(5, TimeUnit.SECONDS)
          .status(StatusRequest.getDefaultInstance())
          .getRaftAppliedIndex();
    } catch (StatusRuntimeException notYet) {
      channels.get(node).resetConnectBackoff();
      return -1;
    }
  }

  private static double seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1e9;
  }

  /// From now on VmHWM is the peak of what comes (proc(5)).
  private static void forgetPeak(Cluster cluster, int node) {
    try {
      Files.writeString(process(cluster, node).resolve("clear_refs"), "5");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long resident(Cluster cluster, int node, String field) {
    try (var lines = Files.lines(process(cluster, node).resolve("status"))) {
      return lines
          .filter(line -> line.startsWith(field + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path process(Cluster cluster, int node) {
    return Path.of("/proc", Long.toString(cluster.processIds().get(node)));
  }
}
