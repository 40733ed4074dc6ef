package io.concordkv.replica.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.Entry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.Message;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.wire.StreamFrame.StreamId;
import io.concordkv.storage.wal.WalRecord;
import io.concordkv.testkit.Fuzz;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MessageCodecTest {
  private static final int CASES = 2000;
  private static final SnapshotMark MARK =
      new SnapshotMark(new LogPosition(300, 4), Configuration.of(List.of(1L, 2L, 3L)));
  private static final List<Entry> ENTRIES =
      List.of(
          new Entry(8, 3, Entry.Kind.NO_OP, Bytes.EMPTY),
          new Entry(9, 5, Entry.Kind.COMMAND, Bytes.of("put")),
          new Entry(
              10,
              5,
              Entry.Kind.CONFIGURATION,
              new ConfigurationEntry(MARK.configuration(), Bytes.of("c")).encode()));
  private static final List<Message> MESSAGES =
      List.of(
          new Message.Vote(1, 2, 5, new LogPosition(9, 4), true, false),
          new Message.VoteReply(1, 2, 5, true, false, new LogPosition(8, 4)),
          new Message.Append(1, 2, 5, new LogPosition(7, 3), ENTRIES, 6),
          new Message.Append(1, 2, 5, new LogPosition(7, 3), List.of(), 6),
          new Message.AppendReply(1, 2, 5, 9, false, new LogPosition(4, 2), true),
          new Message.AppendReply(1, 2, 5, -9, true, LogPosition.START, false),
          new Message.Heartbeat(1, 2, 5, 6, 0x77),
          new Message.HeartbeatReply(1, 2, 5, -0x77, 10, 300),
          new Message.InstallSnapshot(1, 2, 5, MARK),
          new Message.TimeoutNow(1, 2, 5),
          new Message.ReadIndex(1, 2, 0x1234),
          new Message.ReadIndexReply(1, 2, 5, 0x1234, 8),
          new Message.Propose(1, 2, List.of(Bytes.of("a"), Bytes.EMPTY)));
  private static final StreamId STREAM = new StreamId(5, 2);
  private static final List<StreamFrame> STREAM_FRAMES =
      List.of(
          new StreamFrame.Chunk(STREAM, 3, Bytes.of("chunk")),
          new StreamFrame.End(STREAM, 4, MARK),
          new StreamFrame.Progress(STREAM, 4, StreamFrame.State.INSTALLED),
          new StreamFrame.Offer(STREAM, 3, Bytes.of("k"), Bytes.wrap(new byte[32])),
          new StreamFrame.Request(StreamId.requested(7), 300));
  private static final List<LogRecord> RECORDS =
      List.of(
          new LogRecord.Append(new HardState(5, 2, 7), new LogPosition(7, 3), ENTRIES),
          new LogRecord.Append(null, new LogPosition(7, 3), ENTRIES),
          new LogRecord.Append(new HardState(5, -2, 7), LogPosition.START, List.of()),
          new LogRecord.Start(MARK),
          new LogRecord.Trimmed(MARK),
          new LogRecord.Suspect(true));

  @Test
  void every_message_survives_the_way_there_and_back() {
    var codec = new MessageCodec(7);
    for (var message : MESSAGES) {
      assertThat(MessageCodec.decode(1, 2, codec.encode(message))).isEqualTo(message);
    }
  }

  @Test
  void every_stream_frame_and_log_record_survives_the_way_there_and_back() {
    for (var frame : STREAM_FRAMES) {
      assertThat(StreamFrame.decode(frame.encode(7))).isEqualTo(frame);
    }
    for (var record : RECORDS) {
      assertThat(LogRecord.decode(record.encode(7))).isEqualTo(record);
    }
  }

  @Test
  void damaged_messages_are_refused_or_read_as_others() {
    var codec = new MessageCodec(7);
    for (var message : MESSAGES) {
      var frame = codec.encode(message);
      Fuzz.check(
          CASES,
          List.of(frame.payload(), codec.encode(MESSAGES.getFirst()).payload()),
          bytes -> MessageCodec.decode(1, 2, frame.kind(), bytes));
    }
  }

  @Test
  void damaged_stream_frames_bundles_and_log_records_are_refused_or_read_as_others() {
    for (var streamFrame : STREAM_FRAMES) {
      var frame = streamFrame.encode(7);
      Fuzz.check(
          CASES,
          List.of(frame.payload()),
          MessageCodecTest::withChecksum,
          bytes -> StreamFrame.decode(new Frame(frame.lane(), 7, frame.kind(), bytes)));
    }
    for (var record : RECORDS) {
      var encoded = record.encode(7);
      Fuzz.check(
          CASES,
          List.of(encoded.payload()),
          bytes -> LogRecord.decode(new WalRecord(7, encoded.kind(), bytes)));
    }
    var beat = new RestFrame.Beat(-5).encode(0);
    var sleep = new RestFrame.Sleep(5, 9).encode(7);
    var bundle = BundleCodec.encode(List.of(beat, sleep));
    Fuzz.check(
        CASES,
        List.of(bundle.payload()),
        bytes -> BundleCodec.decode(new Frame(Lane.CONTROL, 0, bundle.kind(), bytes)));
    for (var frame : List.of(beat, sleep)) {
      Fuzz.check(
          CASES,
          List.of(frame.payload()),
          bytes -> RestFrame.decode(new Frame(Lane.CONTROL, 7, frame.kind(), bytes)));
    }
  }

  /// As chunks and offers end.
  private static Bytes withChecksum(Bytes damaged) {
    if (damaged.length() < 4) {
      return damaged;
    }
    var out = new ByteWriter().raw(damaged.slice(0, damaged.length() - 4));
    return out.u32(out.crc(0)).finish();
  }

  @Test
  void heartbeats_and_votes_have_their_own_lane() {
    var codec = new MessageCodec(7);
    for (var message : MESSAGES) {
      var lane =
          switch (message) {
            case Message.Vote _,
                Message.VoteReply _,
                Message.Heartbeat _,
                Message.HeartbeatReply _,
                Message.TimeoutNow _ ->
                Lane.CONTROL;
            case Message.InstallSnapshot _ -> Lane.BULK;
            case Message.Append _,
                Message.AppendReply _,
                Message.ReadIndex _,
                Message.ReadIndexReply _,
                Message.Propose _ ->
                Lane.DATA;
          };
      assertThat(codec.encode(message).lane()).isEqualTo(lane);
    }
  }

  @Test
  void appends_of_the_same_entries_are_encoded_once() {
    var codec = new MessageCodec(7);
    var entries = List.copyOf(ENTRIES);
    var previous = new LogPosition(7, 3);
    var one = codec.encode(new Message.Append(1, 2, 5, previous, entries, 6));
    var two = codec.encode(new Message.Append(1, 3, 5, previous, entries, 6));
    var newer = codec.encode(new Message.Append(1, 3, 5, previous, entries, 7));
    assertThat(two).isSameAs(one);
    assertThat(newer).isNotEqualTo(one);
  }

  @Test
  void a_message_of_another_version_is_refused() {
    var frame = new Frame(Lane.CONTROL, 7, 8, Bytes.wrap(new byte[] {2, 5}));
    assertThatThrownBy(() -> MessageCodec.decode(1, 2, frame)).isInstanceOf(CorruptionError.class);
  }

  @Test
  void the_bytes_are_those_of_the_format_page() {
    var lines = new ArrayList<String>();
    var codec = new MessageCodec(7);
    for (var message : MESSAGES) {
      var frame = codec.encode(message);
      lines.add(frame.kind() + " " + hex(frame.payload()));
    }
    for (var streamFrame : STREAM_FRAMES) {
      var frame = streamFrame.encode(7);
      lines.add(frame.kind() + " " + hex(frame.payload()));
    }
    for (var record : RECORDS) {
      var encoded = record.encode(7);
      lines.add("wal " + encoded.kind() + " " + hex(encoded.payload()));
    }
    assertThat(String.join("\n", lines)).isEqualTo(GOLDEN);
  }

  private static String hex(Bytes bytes) {
    return HexFormat.of().formatHex(bytes.toArray());
  }

  private static final String GOLDEN =
      """
      1 010509040100
      2 010501000804
      3 0105060703030003000105037075740205201d03000000000000000100000000000000020000000000000003000000000163
      3 010506070300
      4 0105000000000000000900040201
      4 0105fffffffffffffff701000000
      5 0105060000000000000077
      6 0105ffffffffffffff890aac02
      7 0105ac02041d0300000000000000010000000000000002000000000000000300000000
      8 0105
      9 01000000000000001234
      10 0105000000000000123408
      11 010002016100
      32 050203056368756e6be9b557d1
      33 050204ac02041d0300000000000000010000000000000002000000000000000300000000
      34 05020401
      35 050203016b000000000000000000000000000000000000000000000000000000000000000089419cb8
      36 0087808080808080808001ac02
      wal 1 01050000000000000002070703030003000105037075740205201d03000000000000000100000000000000020000000000000003000000000163
      wal 1 000703030003000105037075740205201d03000000000000000100000000000000020000000000000003000000000163
      wal 1 0105fffffffffffffffe07000000
      wal 2 ac02041d0300000000000000010000000000000002000000000000000300000000
      wal 3 ac02041d0300000000000000010000000000000002000000000000000300000000
      wal 4 01\
      """;
}
