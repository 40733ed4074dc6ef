package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileSystem;

/// Makes a file from pairs in ascending order. As long as it has no name of its own it is a
/// leftover that the next open removes.
final class TreeLoader {
  private static final long GENERATION = 1;

  private final FileSystem files;
  private final String directory;
  private final long number;
  private final BPlusTreeOptions options;
  private final TreeFile file;
  private final PageWriter writer;
  private final TreeBuilder builder;
  private final Dead dead = new Dead();

  /// What the file is called now.
  private String path;

  private TreeBuilder.Root root = TreeBuilder.Root.NONE;
  private long space;

  TreeLoader(FileSystem files, String directory, long number, BPlusTreeOptions options) {
    this.files = files;
    this.directory = directory;
    this.number = number;
    this.options = options;
    file = TreeFile.create(files, directory, number, options);
    path = TreeFile.unfinished(directory, number);
    writer = new PageWriter(file, GENERATION, false);
    builder = new TreeBuilder(writer, options, dead, 0, 0);
  }

  void add(Bytes key, Bytes value) {
    builder.add(key, value);
  }

  /// How many bytes were written so far.
  long written() {
    return writer.written();
  }

  /// Makes all that was added durable.
  void seal() {
    root = builder.finish();
    space = writer.writeSpace(dead);
    writer.flush();
    file.sync();
  }

  /// Makes what was sealed count, durably, and opens it.
  TreeFile publish(long mark) {
    file.commit(
        new Head(
            GENERATION,
            mark,
            builder.count(),
            builder.pairBytes(),
            root.place(),
            root.generation(),
            space,
            GENERATION,
            file.unitBytes));
    file.close();
    var published = PageFormat.path(directory, number);
    files.rename(path, published);
    path = published;
    files.syncDirectory(directory);
    return TreeFile.open(files, directory, number, options);
  }

  void abandon() {
    file.close();
    files.delete(path);
  }
}
