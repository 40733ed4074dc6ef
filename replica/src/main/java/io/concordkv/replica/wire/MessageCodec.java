package io.concordkv.replica.wire;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.Message;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Raft's messages as frames of one group. Who speaks to whom is known from the connection, so
/// appends of the same entries to several followers are the same bytes, encoded once.
public final class MessageCodec {
  private static final int VERSION = 1;

  public static final int VOTE = 1;
  public static final int VOTE_REPLY = 2;
  public static final int APPEND = 3;
  public static final int APPEND_REPLY = 4;
  public static final int HEARTBEAT = 5;

  /// The kind of a heartbeat's answer, which alone wakes nobody.
  public static final int HEARTBEAT_REPLY = 6;

  private static final int INSTALL_SNAPSHOT = 7;
  private static final int TIMEOUT_NOW = 8;
  private static final int READ_INDEX = 9;
  private static final int READ_INDEX_REPLY = 10;
  private static final int PROPOSE = 11;

  /// Frames up to and with this kind hold a message.
  public static final int LAST_KIND = PROPOSE;

  private final long group;
  private Message.@Nullable Append lastAppend;
  private @Nullable Frame lastFrame;

  public MessageCodec(long group) {
    this.group = group;
  }

  public Frame encode(Message message) {
    return switch (message) {
      case Message.Vote m -> {
        var out = start(m.term());
        EntryCodec.write(out, m.last());
        yield frame(Lane.CONTROL, VOTE, out.flag(m.pre()).flag(m.transfer()));
      }
      case Message.VoteReply m -> {
        var out = start(m.term()).flag(m.granted()).flag(m.pre());
        EntryCodec.write(out, m.committed());
        yield frame(Lane.CONTROL, VOTE_REPLY, out);
      }
      case Message.Append m -> append(m);
      case Message.AppendReply m -> {
        var out = start(m.term()).u64(m.index()).flag(m.accepted());
        EntryCodec.write(out, m.hint());
        yield frame(Lane.DATA, APPEND_REPLY, out.flag(m.lost()));
      }
      case Message.Heartbeat m ->
          frame(Lane.CONTROL, HEARTBEAT, start(m.term()).varint(m.commit()).u64(m.context()));
      case Message.HeartbeatReply m ->
          frame(
              Lane.CONTROL,
              HEARTBEAT_REPLY,
              start(m.term()).u64(m.context()).u8(m.priority()).varint(m.leaseNanos()));
      case Message.InstallSnapshot m -> {
        var out = start(m.term());
        EntryCodec.write(out, m.snapshot());
        yield frame(Lane.BULK, INSTALL_SNAPSHOT, out);
      }
      case Message.TimeoutNow m -> frame(Lane.CONTROL, TIMEOUT_NOW, start(m.term()));
      case Message.ReadIndex m -> frame(Lane.DATA, READ_INDEX, start(m.term()).u64(m.token()));
      case Message.ReadIndexReply m ->
          frame(Lane.DATA, READ_INDEX_REPLY, start(m.term()).u64(m.token()).varint(m.index()));
      case Message.Propose m ->
          frame(Lane.DATA, PROPOSE, start(m.term()).list(m.commands(), ByteWriter::bytes));
    };
  }

  public static Message decode(long from, long to, Frame frame) {
    return decode(from, to, frame.kind(), frame.payload());
  }

  static Message decode(long from, long to, int kind, Bytes payload) {
    var in = new ByteReader(payload);
    int version = in.u8();
    if (version != VERSION) {
      throw new CorruptionError("a message of version " + version + ", known is " + VERSION);
    }
    long term = in.varint();
    Message message =
        switch (kind) {
          case VOTE ->
              new Message.Vote(from, to, term, EntryCodec.position(in), in.flag(), in.flag());
          case VOTE_REPLY ->
              new Message.VoteReply(from, to, term, in.flag(), in.flag(), EntryCodec.position(in));
          case APPEND -> {
            long commit = in.varint();
            var previous = EntryCodec.position(in);
            yield new Message.Append(
                from, to, term, previous, EntryCodec.read(in, previous.index() + 1), commit);
          }
          case APPEND_REPLY ->
              new Message.AppendReply(
                  from, to, term, in.u64(), in.flag(), EntryCodec.position(in), in.flag());
          case HEARTBEAT -> new Message.Heartbeat(from, to, term, in.varint(), in.u64());
          case HEARTBEAT_REPLY ->
              new Message.HeartbeatReply(from, to, term, in.u64(), in.u8(), in.varint());
          case INSTALL_SNAPSHOT -> new Message.InstallSnapshot(from, to, term, EntryCodec.mark(in));
          case TIMEOUT_NOW -> new Message.TimeoutNow(from, to, term);
          case READ_INDEX -> new Message.ReadIndex(from, to, in.u64());
          case READ_INDEX_REPLY ->
              new Message.ReadIndexReply(from, to, term, in.u64(), in.varint());
          case PROPOSE -> new Message.Propose(from, to, in.list(ByteReader::bytes));
          default -> throw new CorruptionError("no message has the kind " + kind);
        };
    in.end();
    return message;
  }

  private Frame append(Message.Append m) {
    var last = lastFrame;
    if (last != null && lastAppend != null && sameBytes(m, lastAppend)) {
      return last;
    }
    var out = new ByteWriter(48 + EntryCodec.room(m.entries()));
    out.u8(VERSION).varint(m.term()).varint(m.commit());
    EntryCodec.write(out, m.previous());
    EntryCodec.write(out, m.entries());
    var frame = frame(Lane.DATA, APPEND, out);
    lastAppend = m;
    lastFrame = frame;
    return frame;
  }

  @SuppressWarnings("ReferenceEquality") // comparing the entries would cost as much as encoding
  private static boolean sameBytes(Message.Append one, Message.Append other) {
    List<Entry> entries = one.entries();
    LogPosition previous = one.previous();
    return entries == other.entries()
        && one.commit() == other.commit()
        && one.term() == other.term()
        && previous.equals(other.previous());
  }

  /// The last append must not keep its entries in memory longer than its turn.
  public void forget() {
    lastAppend = null;
    lastFrame = null;
  }

  private static ByteWriter start(long term) {
    return new ByteWriter(48).u8(VERSION).varint(term);
  }

  private Frame frame(Lane lane, int kind, ByteWriter payload) {
    return new Frame(lane, group, kind, payload.finish());
  }
}
