package io.concordkv.node.command;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.PurgeStep;

/// The one codec of log payloads. The format is docs/formats/command.md.
public final class EnvelopeCodec {
  private static final int VERSION = 1;

  /// Behind the version, the group and the shard's epoch.
  private static final int KIND_OFFSET = 1 + 8 + 8;

  /// Kinds of commands; a number is never used for anything else. 8 is reserved for lease
  /// checkpoints.
  private static final int CHANGE = 1;

  private static final int PUBLISH = 2;
  private static final int FOUND = 3;
  private static final int ADD_MEMBER = 4;
  private static final int REMOVE_MEMBER = 5;
  private static final int PROMOTE_MEMBER = 6;
  private static final int UPDATE_MEMBER = 7;
  private static final int RECOVER = 9;
  private static final int REPLACE_MEMBERS = 10;
  private static final int RELEASE_MEMBERS = 11;
  private static final int END_BAR = 12;
  private static final int PURGE = 13;

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
      case Command.EndBar() -> {}
      case Command.Purge(var step) ->
          out.varint(step.target()).varint(step.main()).varint(step.sub()).varint(step.rows());
      case Command.Publish(var member, var name, var urls, var birth) ->
          out.u64(member).text(name).list(urls, ByteWriter::text).u64(birth);
      case Command.Found(var founders) ->
          out.list(
              founders, (w, each) -> w.u64(each.member()).list(each.peerUrls(), ByteWriter::text));
      case Command.AddMember(var member, var urls, var standing) ->
          Standing.write(out.u64(member).list(urls, ByteWriter::text), standing);
      case Command.RemoveMember(var member) -> out.u64(member);
      case Command.ReleaseMembers(var members) -> out.list(members, ByteWriter::u64);
      case Command.Recover(var survivors, var by) -> out.list(survivors, ByteWriter::u64).text(by);
      case Command.PromoteMember(var member) -> out.u64(member);
      case Command.UpdateMember(var member, var urls) ->
          out.u64(member).list(urls, ByteWriter::text);
      case Command.ReplaceMembers(var successions) ->
          out.list(
              successions,
              (w, each) ->
                  w.u64(each.member())
                      .u64(each.successor())
                      .list(each.peerUrls(), ByteWriter::text));
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
          case END_BAR -> new Command.EndBar();
          case PURGE -> new Command.Purge(purgeStep(in));
          case PUBLISH ->
              new Command.Publish(in.u64(), in.text(), in.list(ByteReader::text), in.u64());
          case FOUND -> new Command.Found(in.list(EnvelopeCodec::founder));
          case ADD_MEMBER ->
              new Command.AddMember(in.u64(), in.list(ByteReader::text), Standing.read(in));
          case RECOVER -> new Command.Recover(in.list(ByteReader::u64), in.text());
          case REMOVE_MEMBER -> new Command.RemoveMember(in.u64());
          case PROMOTE_MEMBER -> new Command.PromoteMember(in.u64());
          case UPDATE_MEMBER -> new Command.UpdateMember(in.u64(), in.list(ByteReader::text));
          case RELEASE_MEMBERS -> new Command.ReleaseMembers(in.list(ByteReader::u64));
          case REPLACE_MEMBERS -> new Command.ReplaceMembers(in.list(EnvelopeCodec::succession));
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

  private static PurgeStep purgeStep(ByteReader in) {
    long target = in.varint();
    long main = in.varint();
    long sub = in.varint();
    long rows = in.varint();
    if (sub > Integer.MAX_VALUE || rows < 1 || rows > PurgeStep.MAX_ROWS) {
      throw new CorruptionError("a step of purging looks at %d rows".formatted(rows));
    }
    return new PurgeStep(target, main, (int) sub, (int) rows);
  }

  private static Command.Founder founder(ByteReader in) {
    return new Command.Founder(in.u64(), in.list(ByteReader::text));
  }

  private static Command.Succession succession(ByteReader in) {
    return new Command.Succession(in.u64(), in.u64(), in.list(ByteReader::text));
  }

  /// Whether it is about members, without decoding the rest.
  public static boolean aboutMembers(Bytes encoded) {
    int kind = atKind(encoded).u8();
    return (kind >= PUBLISH && kind <= UPDATE_MEMBER)
        || (kind >= RECOVER && kind <= RELEASE_MEMBERS);
  }

  /// Who asked, without decoding the rest.
  public static RequestId request(Bytes encoded) {
    var in = atKind(encoded);
    var _ = in.u8();
    return new RequestId(in.u64(), in.u64(), in.u64());
  }

  /// It may come from another node, and be too short.
  private static ByteReader atKind(Bytes encoded) {
    var in = new ByteReader(encoded);
    var _ = in.raw(KIND_OFFSET);
    return in;
  }

  private static int kind(Command command) {
    return switch (command) {
      case Command.Change _ -> CHANGE;
      case Command.EndBar _ -> END_BAR;
      case Command.Purge _ -> PURGE;
      case Command.Publish _ -> PUBLISH;
      case Command.Found _ -> FOUND;
      case Command.AddMember _ -> ADD_MEMBER;
      case Command.RemoveMember _ -> REMOVE_MEMBER;
      case Command.ReleaseMembers _ -> RELEASE_MEMBERS;
      case Command.Recover _ -> RECOVER;
      case Command.PromoteMember _ -> PROMOTE_MEMBER;
      case Command.UpdateMember _ -> UPDATE_MEMBER;
      case Command.ReplaceMembers _ -> REPLACE_MEMBERS;
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
