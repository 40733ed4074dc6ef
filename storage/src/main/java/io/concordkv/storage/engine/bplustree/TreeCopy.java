package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import org.jspecify.annotations.Nullable;

/// Copies a tree to another directory, in steps, packed.
final class TreeCopy {
  private static final int STEP_BYTES = 1 << 20;

  final Tree tree;
  private final FileSystem files;
  private final String target;
  private final BPlusTreeOptions options;
  private final TreeRun run;
  private @Nullable TreeLoader loader;

  /// Takes over `tree` as it is held; whoever runs the steps lets go of it.
  TreeCopy(Tree tree, FileSystem files, String target, BPlusTreeOptions options) {
    this.tree = tree;
    this.files = files;
    this.target = target;
    this.options = options;
    run = new TreeRun(tree);
  }

  /// Copies about a megabyte. Finished when all is there, durably.
  Checkpoint.Step step() {
    try {
      return new Checkpoint.Step(!tree.file.isStopped() && copy(), null);
    } catch (CorruptionError damage) {
      if (loader != null) {
        loader.abandon();
      }
      return new Checkpoint.Step(false, damage);
    }
  }

  private boolean copy() {
    if (loader == null) {
      files.createDirectories(target);
      loader = new TreeLoader(files, target, 1, options);
      run.toCeiling(Bytes.EMPTY);
    }
    long end = loader.written() + STEP_BYTES;
    while (run.valid() && loader.written() < end) {
      loader.add(run.key(), run.value());
      run.next();
    }
    if (run.valid()) {
      return false;
    }
    loader.seal();
    loader.publish(tree.head.mark()).close();
    return true;
  }
}
