package io.concordkv.node.shard;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.SnapshotPart;
import io.concordkv.replica.SnapshotSink;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.lsm.FileReplacement;
import io.concordkv.storage.engine.lsm.LsmEngine;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Builds a shard's state beside the living one, of what a [StateSource] gives.
final class StateSink implements SnapshotSink {
  private final LsmEngine engine;
  private final BiConsumer<SnapshotMark, Runnable> installed;
  private final Replacement pairs;
  private final OwnPairs ownPairs;
  private final FileReplacement files;

  /// Null until it is here.
  private StatePart.@Nullable Heading heading;

  /// What came of the description of files so far.
  private final ByteWriter description = new ByteWriter(1024);

  /// @param installed what is to be done once the engine has it, on the loop
  StateSink(LsmEngine engine, BiConsumer<SnapshotMark, Runnable> installed) {
    this.engine = engine;
    this.installed = installed;
    this.pairs = engine.replacement();
    this.ownPairs = new OwnPairs(engine.view());
    this.files = engine.fileReplacement();
  }

  @Override
  public void add(Bytes content) {
    switch (heading) {
      case null -> heading = StatePart.Heading.read(content);
      case StatePart.Heading.Pairs() -> ownPairs.pass(PairStream.read(content, pairs));
      case StatePart.Heading.Files(var bytes) -> {
        if (description.size() < bytes) {
          describe(content, bytes);
        } else {
          files.add(content);
        }
      }
    }
  }

  private void describe(Bytes content, int bytes) {
    description.raw(content);
    if (description.size() > bytes) {
      throw new CorruptionError("a snapshot's description is longer than it says");
    }
    if (description.size() == bytes) {
      files.begin(description.toBytes());
    }
  }

  @Override
  public boolean addOwn(Bytes name, Bytes digest) {
    return switch (heading) {
      case null -> false;
      case StatePart.Heading.Pairs() -> {
        var chunk = ownPairs.upTo(name);
        boolean same = isSame(chunk, digest);
        if (chunk != null && same) {
          PairStream.read(chunk, pairs);
        }
        yield same;
      }
      case StatePart.Heading.Files _ -> {
        var piece = files.own(StatePart.pieceName(name));
        boolean same = isSame(piece, digest);
        if (piece != null && same) {
          files.addOwn(piece);
        }
        yield same;
      }
    };
  }

  private static boolean isSame(@Nullable Bytes own, Bytes digest) {
    return own != null && SnapshotPart.digest(own).equals(digest);
  }

  @Override
  public void seal() {
    ownPairs.close();
    if (isOfFiles()) {
      files.seal();
    } else {
      pairs.seal();
    }
  }

  private boolean isOfFiles() {
    return heading instanceof StatePart.Heading.Files;
  }

  @Override
  public void install(SnapshotMark mark, Runnable done) {
    if (isOfFiles()) {
      pairs.abandon();
      engine.replaceWith(files, () -> installed.accept(mark, done));
    } else {
      files.abandon();
      engine.replaceWith(pairs, mark.last().index(), () -> installed.accept(mark, done));
    }
  }

  @Override
  public void abandon() {
    ownPairs.close();
    pairs.abandon();
    files.abandon();
  }
}
