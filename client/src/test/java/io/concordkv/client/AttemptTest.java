package io.concordkv.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

final class AttemptTest {
  @Test
  void a_connection_that_is_lost_while_a_call_is_written_is_no_answer() {
    var lost = Status.UNKNOWN.withDescription("channel closed");
    assertThat(Attempt.unanswered(lost.withCause(new ClosedChannelException()))).isTrue();
    assertThat(Attempt.unanswered(Status.UNAVAILABLE)).isTrue();
  }

  @Test
  void what_a_server_says_is_an_answer() {
    assertThat(Attempt.unanswered(Status.UNKNOWN.withDescription("it broke"))).isFalse();
    assertThat(Attempt.unanswered(Status.FAILED_PRECONDITION)).isFalse();
  }

  @Test
  void only_a_refused_connection_proves_that_nothing_was_sent() {
    assertThat(Attempt.neverSent(new IllegalStateException(new ConnectException()))).isTrue();
    assertThat(Attempt.neverSent(new ClosedChannelException())).isFalse();
  }
}
