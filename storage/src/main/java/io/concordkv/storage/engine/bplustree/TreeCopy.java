package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
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

  /// Copies about a megabyte. Whether all is there, durably.
  boolean step() {
    if (tree.file.isStopped()) {
      return false;
    }
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
