package io.concordkv.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class OpenStreamsTest {
  private final List<Consumer<Boolean>> observers = new ArrayList<>();
  private final OpenStreams streams = new OpenStreams(new LeaderRule(observers::add));

  @Test
  void a_stream_that_wants_a_leader_is_refused_where_there_is_none() {
    leader(false);
    assertThat(opened(true).ends).containsExactly("etcdserver: no leader");
    assertThat(opened(false).ends).isEmpty();
  }

  @Test
  void without_a_leader_for_three_timeouts_streams_that_want_one_end() {
    leader(true);
    var wants = opened(true);
    var doesNot = opened(false);
    leader(false);
    streams.tick();
    streams.tick();
    assertThat(wants.ends).isEmpty();
    streams.tick();
    assertThat(wants.ends).containsExactly("etcdserver: no leader");
    assertThat(doesNot.ends).isEmpty();
  }

  @Test
  void a_leader_in_between_starts_the_count_afresh() {
    leader(true);
    var wants = opened(true);
    leader(false);
    streams.tick();
    streams.tick();
    leader(true);
    streams.tick();
    leader(false);
    streams.tick();
    streams.tick();
    assertThat(wants.ends).isEmpty();
  }

  @Test
  void stopping_ends_all_that_are_open_and_all_that_come_later() {
    leader(true);
    var before = opened(false);
    var gone = opened(false);
    streams.remove(gone);
    streams.stop();
    var after = opened(false);
    assertThat(before.ends).containsExactly("etcdserver: server stopped");
    assertThat(after.ends).containsExactly("etcdserver: server stopped");
    assertThat(gone.ends).isEmpty();
  }

  private void leader(boolean known) {
    observers.forEach(observer -> observer.accept(known));
  }

  private Stream opened(boolean needsLeader) {
    var stream = new Stream(needsLeader);
    streams.add(stream);
    return stream;
  }

  private static final class Stream implements OpenStreams.Stream {
    private final boolean needsLeader;
    private final List<String> ends = new ArrayList<>();

    Stream(boolean needsLeader) {
      this.needsLeader = needsLeader;
    }

    @Override
    public boolean needsLeader() {
      return needsLeader;
    }

    @Override
    public void end(Status why) {
      ends.add(String.valueOf(why.getDescription()));
    }
  }
}
