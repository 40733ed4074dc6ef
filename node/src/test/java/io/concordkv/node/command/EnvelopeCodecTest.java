package io.concordkv.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.mvcc.Compare;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.PurgeStep;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Span;
import io.concordkv.testkit.Fuzz;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnvelopeCodecTest {
  private static final Span KEYS = new Span(Bytes.of("a"), Bytes.of("b"));

  static List<Command> commands() {
    var put = new Operation.Put(Bytes.of("k"), Bytes.of("v"), -7, true, false, true);
    var delete = new Operation.DeleteRange(KEYS, true);
    var range =
        new Operation.Range(
            new RangeQuery(
                KEYS,
                -1,
                1L << 40,
                RangeQuery.SortOrder.DESCEND,
                RangeQuery.SortTarget.VALUE,
                true,
                false,
                1,
                2,
                3,
                Long.MAX_VALUE));
    var compare = new Compare(KEYS, Compare.Target.LEASE, Compare.Result.ANY, -3, Bytes.of("x"));
    var inner = new Operation.GuardedCommit(List.of(), List.of(range), List.of());
    var commit =
        new Operation.GuardedCommit(List.of(compare), List.of(put, inner), List.of(delete));
    return List.of(
        new Command.Change(put),
        new Command.Change(delete),
        new Command.Change(commit),
        new Command.Change(new Mutation.Compact(-1)),
        new Command.Change(new Mutation.GrantLease(5, 60)),
        new Command.Change(new Mutation.RevokeLease(Long.MIN_VALUE)),
        new Command.EndBar(),
        new Command.Purge(new PurgeStep(1L << 40, 5, 6, PurgeStep.MAX_ROWS)),
        new Command.Publish(9, "näme", List.of("http://a:1", "http://b:1"), -5),
        new Command.Found(List.of(new Command.Founder(-9, List.of("http://a:2")))),
        new Command.AddMember(1, List.of("http://a:2", "http://b:2"), Standing.WITNESS),
        new Command.RemoveMember(-1),
        new Command.ReleaseMembers(List.of(-1L, 7L)),
        new Command.PromoteMember(2),
        new Command.UpdateMember(3, List.of()),
        new Command.ReplaceMembers(
            List.of(
                new Command.Succession(-3, 4, List.of("http://a:2", "http://b:2")),
                new Command.Succession(5, 6, List.of()))),
        new Command.Recover(List.of(4L), "root"));
  }

  private static Envelope envelope(Command command) {
    return new Envelope(1, 2, new RequestId(3, 4, 5), "alice", 6, 7, 8, 9, 10, command);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void every_command_comes_back_as_it_was(Command command) {
    var encoded = EnvelopeCodec.encode(envelope(command));

    assertThat(EnvelopeCodec.decode(encoded)).isEqualTo(envelope(command));
    assertThat(EnvelopeCodec.request(encoded)).isEqualTo(new RequestId(3, 4, 5));
    assertThat(EnvelopeCodec.aboutMembers(encoded))
        .isEqualTo(command instanceof Command.Membership);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void no_shortened_command_is_taken_for_a_whole_one(Command command) {
    var encoded = EnvelopeCodec.encode(envelope(command));

    for (int length = 0; length < encoded.length(); length++) {
      var cut = encoded.slice(0, length);
      assertThatThrownBy(() -> EnvelopeCodec.decode(cut)).isInstanceOf(CorruptionError.class);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void a_damaged_command_is_refused_or_read_as_another(Command command) {
    var encoded = EnvelopeCodec.encode(envelope(command));
    var other = EnvelopeCodec.encode(envelope(commands().getFirst()));

    Fuzz.check(2000, List.of(encoded, other), EnvelopeCodec::decode);
    Fuzz.check(200, List.of(encoded, other), EnvelopeCodec::request);
    Fuzz.check(200, List.of(encoded, other), EnvelopeCodec::aboutMembers);
  }

  @Test
  void the_format_is_frozen() {
    var put = new Operation.Put(Bytes.of("k"), Bytes.of("v"), 0, false, false, false);
    var encoded =
        EnvelopeCodec.encode(Envelope.of(1, new RequestId(2, 3, 4), 5, new Command.Change(put)));

    assertThat(HexFormat.of().formatHex(encoded.toArray()))
        .isEqualTo(
            "01" // version
                + "0000000000000001" // group
                + "0000000000000000" // shard epoch
                + "01" // kind: change
                + "0000000000000002" // node
                + "0000000000000003" // incarnation
                + "0000000000000004" // sequence
                + "00" // principal
                + "00" // auth revision
                + "0000000000000005" // proposed at
                + "00" // main revision
                + "00" // authority term
                + "00" // resolved revision
                + "01" // put
                + "00" // flags
                + "00" // lease
                + "016b" // key
                + "0176"); // value
  }

  @Test
  void a_command_of_a_later_release_is_refused_by_name() {
    var encoded =
        EnvelopeCodec.encode(envelope(new Command.Change(new Mutation.Compact(1)))).toArray();
    encoded[1 + 8 + 8] = 99;

    assertThatThrownBy(() -> EnvelopeCodec.decode(Bytes.wrap(encoded)))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("kind 99")
        .hasMessageContaining("newer release");
  }
}
