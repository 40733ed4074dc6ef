package io.concordkv.replica.wire;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.raft.Message;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;

/// What the two ends of a snapshot stream say.
public sealed interface StreamFrame {
  int CHUNK = 32;
  int END = 33;
  int PROGRESS = 34;
  int OFFER = 35;
  int REQUEST = 36;

  /// Bytes of a digest.
  int DIGEST_BYTES = 32;

  StreamId stream();

  /// Names a stream of a group. A term has one leader, and a leader numbers its streams, so of two
  /// streams the later one is always known. A stream that its receiver asked for belongs to no
  /// term; the receiver drew its number.
  record StreamId(long term, long number) implements Comparable<StreamId> {
    public static StreamId requested(long drawn) {
      return new StreamId(0, drawn | Long.MIN_VALUE);
    }

    public boolean isRequested() {
      return number < 0;
    }

    @Override
    public int compareTo(StreamId other) {
      int byTerm = Long.compare(term, other.term);
      return byTerm != 0 ? byTerm : Long.compare(number, other.number);
    }
  }

  /// Number `sequence` of the stream, from 0 on.
  record Chunk(StreamId stream, long sequence, Bytes bytes) implements StreamFrame {}

  /// In the place of a chunk: one with this name and digest, if the receiver has it itself.
  record Offer(StreamId stream, long sequence, Bytes name, Bytes digest) implements StreamFrame {}

  /// Asks for the receiver's state, as the stream named so; it is of use if it has everything up to
  /// `needed`.
  record Request(StreamId stream, long needed) implements StreamFrame {}

  /// All `chunks` were sent; they are what `mark` stands for.
  record End(StreamId stream, long chunks, SnapshotMark mark) implements StreamFrame {}

  /// From the receiver: it has taken in all chunks below `next`.
  record Progress(StreamId stream, long next, State state) implements StreamFrame {}

  /// How it goes at the receiver; the codes are part of the format.
  enum State {
    GOING_ON(0),
    INSTALLED(1),
    /// It will not come to an end, so there is no use in sending more.
    FAILED(2),
    /// The part `next` was offered, but is not there: it is to be sent itself.
    WANTED(3);

    private final int code;

    State(int code) {
      this.code = code;
    }
  }

  default Frame encode(long group) {
    return switch (this) {
      case Chunk(var stream, var sequence, var bytes) -> {
        var out = start(stream, 48 + bytes.length()).varint(sequence).bytes(bytes);
        out.u32(out.crc(0));
        yield new Frame(Lane.BULK, group, CHUNK, out.finish());
      }
      case Offer(var stream, var sequence, var name, var digest) -> {
        var out = start(stream, 64 + name.length()).varint(sequence).bytes(name).raw(digest);
        out.u32(out.crc(0));
        yield new Frame(Lane.BULK, group, OFFER, out.finish());
      }
      case Request(var stream, var needed) ->
          new Frame(Lane.DATA, group, REQUEST, start(stream, 32).varint(needed).finish());
      case End(var stream, var chunks, var mark) -> {
        var out = start(stream, 64).varint(chunks);
        EntryCodec.write(out, mark);
        yield new Frame(Lane.BULK, group, END, out.finish());
      }
      case Progress(var stream, var next, var state) ->
          new Frame(
              Lane.DATA, group, PROGRESS, start(stream, 32).varint(next).u8(state.code).finish());
    };
  }

  static StreamFrame decode(Frame frame) {
    var payload = frame.payload();
    var in = new ByteReader(payload);
    var stream = new StreamId(in.varint(), in.varint());
    StreamFrame decoded =
        switch (frame.kind()) {
          case CHUNK -> {
            var chunk = new Chunk(stream, in.varint(), in.bytes());
            check(payload, in);
            yield chunk;
          }
          case OFFER -> {
            var offer = new Offer(stream, in.varint(), in.bytes(), in.raw(DIGEST_BYTES));
            check(payload, in);
            yield offer;
          }
          case REQUEST -> new Request(stream, in.varint());
          case END -> new End(stream, in.varint(), EntryCodec.mark(in));
          case PROGRESS -> new Progress(stream, in.varint(), state(in.u8()));
          default -> throw new CorruptionError("no stream frame has the kind " + frame.kind());
        };
    in.end();
    return decoded;
  }

  private static void check(Bytes payload, ByteReader in) {
    int covered = in.position();
    if (in.u32() != Crc32c.of(payload.slice(0, covered))) {
      throw new CorruptionError("damaged part of a snapshot: its checksum is wrong");
    }
  }

  /// What Raft is told once all of a stream is there.
  static Message.InstallSnapshot message(long from, long to, End end) {
    return new Message.InstallSnapshot(from, to, end.stream().term(), end.mark());
  }

  private static State state(int code) {
    return switch (code) {
      case 0 -> State.GOING_ON;
      case 1 -> State.INSTALLED;
      case 2 -> State.FAILED;
      case 3 -> State.WANTED;
      default -> throw new CorruptionError("no stream state has the code " + code);
    };
  }

  private static ByteWriter start(StreamId stream, int room) {
    return new ByteWriter(room).varint(stream.term()).varint(stream.number());
  }
}
