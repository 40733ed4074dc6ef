package io.concordkv.server.rpc;

import static io.concordkv.stress.Stress.shared;
import static io.concordkv.stress.Stress.together;

import io.concordkv.base.Check;
import io.concordkv.stress.Stress;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class OpenStreamsStressTest {
  private static final class Watched implements OpenStreams.Stream {
    final AtomicInteger ends = new AtomicInteger();

    @Override
    public boolean needsLeader() {
      return false;
    }

    @Override
    public void end(Status why) {
      ends.incrementAndGet();
    }
  }

  @Test
  void a_call_that_comes_while_the_server_stops_is_ended_too() {
    Stress.told(() -> {
      var streams = shared(new OpenStreams(new LeaderRule(_ -> {})));
      var late = new Watched();
      together(() -> streams.add(late), streams::stop);
      Check.that(late.ends.get() > 0, "nobody is left open");
    });
  }
}
