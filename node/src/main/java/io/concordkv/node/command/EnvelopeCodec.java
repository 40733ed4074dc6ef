package io.concordkv.node.command;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;

/// The one codec of log payloads. The format is docs/formats/command.md.
public final class EnvelopeCodec {
  private static final int VERSION = 1;

  /// Kinds of commands; a number is never used for anything else. 8 is reserved for lease
  /// checkpoints.
  private static final int CHANGE = 1;

  private static final int PUBLISH = 2;

  private EnvelopeCodec() {}

  public static Bytes encode(Envelope envelope) {
    var out = new ByteWriter(128);
    out.u8(VERSION).u64(envelope.group()).u64(envelope.shardEpoch());
    out.u8(kind(envelope.command()));
    var request = envelope.request();
    out.u64(request.node()).u64(request.incarnation()).u64(request.sequence());
    out.text(envelope.principal()).varint(envelope.authRevision());
    out.u64(envelope.proposedAtMillis());
    out.varint(envelope.mainRevision());
    out.varint(envelope.authorityTerm()).varint(envelope.resolvedRevision());
    switch (envelope.command()) {
      case Command.Change(var mutation) -> MutationCodec.write(out, mutation);
      case Command.Publish(var member, var name, var urls) ->
          out.u64(member).text(name).list(urls, ByteWriter::text);
    }
    return out.finish();
  }

  /// Fails with [ErrorCode#UNKNOWN_COMMAND] if the version or kind is not known here: a node of a
  /// later release wrote it, and guessing would make this replica differ from the others.
  public static Envelope decode(Bytes encoded) {
    var in = new ByteReader(encoded);
    int version = in.u8();
    if (version != VERSION) {
      throw unknown("a log entry has format version " + version);
    }
    long group = in.u64();
    long shardEpoch = in.u64();
    int kind = in.u8();
    var request = new RequestId(in.u64(), in.u64(), in.u64());
    var principal = in.text();
    long authRevision = in.varint();
    long proposedAtMillis = in.u64();
    long mainRevision = in.varint();
    long authorityTerm = in.varint();
    long resolvedRevision = in.varint();
    var command =
        switch (kind) {
          case CHANGE -> new Command.Change(MutationCodec.read(in));
          case PUBLISH -> new Command.Publish(in.u64(), in.text(), in.list(ByteReader::text));
          default -> throw unknown("a log entry has the command kind " + kind);
        };
    in.end();
    return new Envelope(
        group,
        shardEpoch,
        request,
        principal,
        authRevision,
        proposedAtMillis,
        mainRevision,
        authorityTerm,
        resolvedRevision,
        command);
  }

  /// Who asked, without decoding the rest.
  public static RequestId request(Bytes encoded) {
    var in = new ByteReader(encoded.slice(1 + 8 + 8 + 1));
    return new RequestId(in.u64(), in.u64(), in.u64());
  }

  private static int kind(Command command) {
    return switch (command) {
      case Command.Change _ -> CHANGE;
      case Command.Publish _ -> PUBLISH;
    };
  }

  private static ConcordException unknown(String what) {
    return new ConcordException(
        ErrorCode.UNKNOWN_COMMAND,
        what
            + ", which this release does not know: a newer node wrote it. Nothing is lost;"
            + " start this node with the newer release");
  }
}
