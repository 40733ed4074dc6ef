package io.concordkv.node.shard;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.replica.SnapshotPart;
import io.concordkv.storage.engine.lsm.FilePiece;

/// The parts of a shard's state on its way to another replica: a heading, then chunks of pairs
/// ([PairStream]), or a description of files and pieces of them. The format is
/// `docs/formats/shard.md`.
final class StatePart {
  private static final int PAIRS = 0;
  private static final int FILES = 1;

  private StatePart() {}

  /// What comes behind it.
  sealed interface Heading {
    record Pairs() implements Heading {}

    /// @param bytes of the [io.concordkv.storage.engine.lsm.FrozenFiles#description()] that comes
    ///   first
    record Files(int bytes) implements Heading {}

    /// No receiver has it itself.
    default SnapshotPart part() {
      var out = new ByteWriter();
      switch (this) {
        case Pairs() -> out.u8(PAIRS);
        case Files(var bytes) -> out.u8(FILES).u32(bytes);
      }
      return new SnapshotPart(null, out.finish());
    }

    static Heading read(Bytes content) {
      var in = new ByteReader(content);
      int kind = in.u8();
      Heading read =
          switch (kind) {
            case PAIRS -> new Pairs();
            case FILES -> new Files(in.u32());
            default -> throw new CorruptionError("no state is sent as " + kind);
          };
      in.end();
      return read;
    }
  }

  /// A part of the description, which no receiver has itself either.
  static SnapshotPart of(Bytes description) {
    return new SnapshotPart(null, description);
  }

  static SnapshotPart of(FilePiece piece) {
    var name = new ByteWriter(24);
    piece.name().write(name);
    return new SnapshotPart(name.finish(), piece.bytes());
  }

  static FilePiece.Name pieceName(Bytes name) {
    var in = new ByteReader(name);
    var read = FilePiece.Name.read(in);
    in.end();
    return read;
  }
}
