package io.concordkv.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.proto.etcdserverpb.Compare.CompareResult;
import io.concordkv.proto.etcdserverpb.Compare.CompareTarget;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WordsTest {
  @Test
  void words_are_split_as_in_a_shell() {
    assertThat(Words.of("put  a 'b c' \"d \\\" e\" f\\ g ''"))
        .containsExactly("put", "a", "b c", "d \" e", "f g", "");
    assertThat(Words.of("   ")).isEmpty();
    assertThatThrownBy(() -> Words.of("put 'a")).hasMessage("the quote ' is not closed");
  }

  @Test
  void comparisons_name_their_target_and_operator() {
    var compare = TxnText.comparison("mod(\"a b\") > \"7\"");
    assertThat(compare.getKey()).isEqualTo(ByteString.copyFromUtf8("a b"));
    assertThat(compare.getTarget()).isEqualTo(CompareTarget.MOD);
    assertThat(compare.getResult()).isEqualTo(CompareResult.GREATER);
    assertThat(compare.getModRevision()).isEqualTo(7);
    assertThat(TxnText.comparison("lease(\"a\") != \"1f\"").getLease()).isEqualTo(31);
    assertThatThrownBy(() -> TxnText.comparison("size(\"a\") = \"1\""))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("unknown target size");
  }

  @Test
  void operations_are_commands_with_their_options() {
    var range = TxnText.operation("get --prefix k --limit=3").getRequestRange();
    assertThat(range.getRangeEnd().toStringUtf8()).isEqualTo("l");
    assertThat(range.getLimit()).isEqualTo(3);
    assertThat(TxnText.operation("put k 'a b'").getRequestPut().getValue().toStringUtf8())
        .isEqualTo("a b");
    assertThatThrownBy(() -> TxnText.operation("put k")).isInstanceOf(CommandFailure.class);
    assertThatThrownBy(() -> TxnText.operation("get k --nope"))
        .hasMessageContaining("invalid txn request: get k --nope");
  }

  @Test
  void the_end_of_a_prefix_skips_bytes_that_cannot_grow() {
    var prefix = ByteString.copyFrom(new byte[] {'a', (byte) 0xff});
    assertThat(Keys.afterPrefix(prefix).toStringUtf8()).isEqualTo("b");
    assertThat(Keys.afterPrefix(ByteString.copyFrom(new byte[] {(byte) 0xff})))
        .isEqualTo(ByteString.copyFrom(new byte[1]));
    assertThat(Keys.of(List.of(""), true, false, "").key())
        .isEqualTo(ByteString.copyFrom(new byte[1]));
  }

  @Test
  void durations_are_those_of_go() {
    assertThat(Durations.parse("1m30s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(Durations.parse("200ms")).isEqualTo(Duration.ofMillis(200));
    assertThat(Durations.parse("5")).isEqualTo(Duration.ofSeconds(5));
    assertThatThrownBy(() -> Durations.parse("5x")).hasMessageContaining("no duration");
  }
}
