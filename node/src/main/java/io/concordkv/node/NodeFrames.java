package io.concordkv.node;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;
import java.util.List;

/// What nodes say to one another beside replication: commands passed on to the leader, and
/// questions only it can answer. The format is docs/formats/node-frames.md.
final class NodeFrames {
  /// A command for the leader to propose.
  static final int FORWARD = ReplicaHost.FIRST_NODE_KIND;

  /// It was not proposed, and why.
  static final int REFUSED = FORWARD + 1;

  static final int ASK = FORWARD + 2;
  static final int ANSWER = FORWARD + 3;

  /// What only the leader knows of a lease.
  enum Question {
    KEEP_ALIVE,
    TIME_TO_LIVE,
    TIME_TO_LIVE_AND_KEYS
  }

  record Refused(long sequence, ErrorCode why) {}

  record Ask(long sequence, Question question, long lease) {}

  /// @param error empty: none
  record AnswerTo(long sequence, String error, long revision, LeaseState state) {}

  private NodeFrames() {}

  static Frame forward(long group, Bytes command) {
    return new Frame(Lane.DATA, group, FORWARD, command);
  }

  static Frame refused(long group, long sequence, ErrorCode why) {
    return frame(group, REFUSED, new ByteWriter().u64(sequence).text(why.name()));
  }

  static Refused readRefused(Bytes payload) {
    var in = new ByteReader(payload);
    return new Refused(in.u64(), ErrorCode.valueOf(in.text()));
  }

  static Frame ask(long group, Ask ask) {
    return frame(
        group, ASK, new ByteWriter().u64(ask.sequence).text(ask.question.name()).u64(ask.lease));
  }

  static Ask readAsk(Bytes payload) {
    var in = new ByteReader(payload);
    return new Ask(in.u64(), Question.valueOf(in.text()), in.u64());
  }

  static Frame answer(long group, AnswerTo answer) {
    var state = answer.state;
    return frame(
        group,
        ANSWER,
        new ByteWriter()
            .u64(answer.sequence)
            .text(answer.error)
            .u64(answer.revision)
            .u64(state.id())
            .u64(state.ttlSeconds())
            .u64(state.grantedSeconds())
            .list(state.keys(), ByteWriter::bytes));
  }

  static AnswerTo readAnswer(Bytes payload) {
    var in = new ByteReader(payload);
    return new AnswerTo(
        in.u64(),
        in.text(),
        in.u64(),
        new LeaseState(in.u64(), in.u64(), in.u64(), in.list(ByteReader::bytes)));
  }

  static LeaseState noState(long lease) {
    return new LeaseState(lease, 0, 0, List.of());
  }

  private static Frame frame(long group, int kind, ByteWriter payload) {
    return new Frame(Lane.DATA, group, kind, payload.finish());
  }
}
