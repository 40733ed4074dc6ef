package io.concordkv.storage.engine.lsm;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.manifest.Manifest;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.ValueFormat;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An engine's content at a moment, in a directory of its own: its tables and value files, which
/// never change and so are linked rather than copied, a manifest, and a *seal* that names each of
/// them with its digest. The seal is written last, so a checkpoint without one is none.
///
/// A full checkpoint can be opened as it is. One that is based on another has only the files that
/// are not in that one, in the same parent directory; [#restore] brings them together. The format
/// is docs/formats/checkpoint.md.
///
/// @param base the name of the checkpoint that has the other files; empty for a full one
/// @param mark up to which mark it has every batch
/// @param tables all of its tables
/// @param values all of its value files
public record Checkpoint(String base, long mark, List<Stored> tables, List<Stored> values) {
  private static final int MAGIC = 0x434B4350;

  /// Version 1 knew no value files.
  private static final int VERSION = 2;

  private static final int WITHOUT_VALUES = 1;
  private static final int DIGEST_BYTES = 32;
  private static final int READ_BYTES = 1 << 20;
  private static final int MAX_BASES = 10_000;
  private static final int MAX_SEAL_BYTES = 256 << 20;
  private static final String SEAL = "checkpoint";

  /// A table or a value file; of both together no two have the same id.
  ///
  /// @param here whether it is in this checkpoint, not in the base
  public record Stored(long id, Bytes digest, boolean here) {}

  public Checkpoint {
    tables = List.copyOf(tables);
    values = List.copyOf(values);
  }

  private List<Stored> all() {
    return Stream.concat(tables.stream(), values.stream()).toList();
  }

  /// What came of making one: it is `whole`, or there was a `failure`: the disk was full and
  /// nothing is left of it, or the engine was closed meanwhile.
  record Attempt(@Nullable Checkpoint whole, @Nullable FileException failure) {}

  /// For whoever cannot go on without room.
  static void fail(FileException full) {
    throw full;
  }

  /// As [#write], for a disk that may be full: what was made of it is removed then. Blocks.
  static Attempt attempt(
      FileSystem files,
      String source,
      String target,
      String base,
      long nextFile,
      long mark,
      List<Edit.Placed> placed) {
    try {
      return new Attempt(write(files, source, target, base, nextFile, mark, placed), null);
    } catch (FileException e) {
      if (e.kind() != FileException.Kind.NO_SPACE) {
        throw e;
      }
      files.list(target).forEach(name -> files.delete(target + "/" + name));
      files.syncDirectory(target); // no file of it comes back without the directory
      files.delete(target);
      return new Attempt(null, e);
    }
  }

  /// Makes a checkpoint of `placed`, tables in `source`. Blocks.
  private static Checkpoint write(
      FileSystem files,
      String source,
      String target,
      String base,
      long nextFile,
      long mark,
      List<Edit.Placed> placed) {
    files.createDirectories(target);
    Check.that(files.list(target).isEmpty(), "a checkpoint gets a directory of its own");
    var known = new TreeMap<Long, Bytes>();
    if (!base.isEmpty()) {
      read(files, sibling(target, base)).all().forEach(each -> known.put(each.id, each.digest));
    }
    var tables = new ArrayList<Stored>();
    var values = new TreeMap<Long, Stored>();
    try (var manifest = Manifest.open(files, target)) {
      for (var each : placed) {
        long id = each.table().id();
        tables.add(
            store(
                files,
                TableFormat.path(source, each.table()),
                TableFormat.path(target, id),
                id,
                known));
        for (var use : each.table().values()) {
          long file = use.file();
          values.computeIfAbsent(
              file,
              _ ->
                  store(
                      files,
                      ValueFormat.path(source, file, each.table().copies()),
                      ValueFormat.path(target, file),
                      file,
                      known));
        }
      }
      files.syncDirectory(target);
      var original = placed.stream().map(Edit.Placed::original).toList();
      manifest.append(new Edit(LsmEngine.TREE, true, nextFile, mark, List.of(), original));
    }
    confirm(files, target);
    var checkpoint = new Checkpoint(base, mark, tables, List.copyOf(values.values()));
    checkpoint.seal(files, target);
    return checkpoint;
  }

  /// Links a file unless the base, of which these are the digests, has it.
  private static Stored store(
      FileSystem files, String from, String to, long id, Map<Long, Bytes> known) {
    var digest = digest(files, from);
    boolean here = !digest.equals(known.get(id));
    if (here) {
      files.link(from, to);
    }
    return new Stored(id, digest, here);
  }

  /// Checks every byte of the checkpoint in `directory` and of those it is based on.
  public static Checkpoint verify(FileSystem files, String directory) {
    var checkpoint = read(files, directory);
    for (var stored : checkpoint.all()) {
      var _ = checkpoint.find(files, directory, stored);
    }
    return checkpoint;
  }

  /// Makes a directory that an engine can open of the checkpoint in `directory`. What is damaged is
  /// a [CorruptionError], and then the result has no content that could be taken for it.
  public static void restore(FileSystem files, String directory, String target) {
    var checkpoint = read(files, directory);
    files.createDirectories(target);
    Check.that(files.list(target).isEmpty(), "a checkpoint is restored to an empty directory");
    try (var from = Manifest.open(files, directory);
        var manifest = Manifest.open(files, target)) {
      for (var stored : checkpoint.all()) {
        var path = checkpoint.find(files, directory, stored);
        files.link(path, target + path.substring(path.lastIndexOf('/')));
      }
      files.syncDirectory(target);
      var state = from.state(LsmEngine.TREE);
      manifest.append(
          new Edit(LsmEngine.TREE, true, from.nextFile(), state.mark(), List.of(), state.tables()));
    }
    confirm(files, target);
  }

  /// Writes the manifest anew, so that what confirms its edit is durable with it: else a power cut
  /// could take that, and damage of the edit would then pass for an edit that was torn off.
  private static void confirm(FileSystem files, String directory) {
    Manifest.open(files, directory).close();
  }

  /// Where the file lies, which is checked.
  private String find(FileSystem files, String directory, Stored stored) {
    var holder = directory;
    var checkpoint = this;
    for (int bases = 0; !checkpoint.has(stored); bases++) {
      if (checkpoint.base.isEmpty() || checkpoint.base.contains("/") || bases == MAX_BASES) {
        throw damaged(holder, "no checkpoint has the file " + stored.id);
      }
      holder = sibling(holder, checkpoint.base);
      checkpoint = read(files, holder);
    }
    var path =
        tables.contains(stored)
            ? TableFormat.path(holder, stored.id)
            : ValueFormat.path(holder, stored.id);
    if (!files.exists(path) || !digest(files, path).equals(stored.digest)) {
      throw new CorruptionError(path, 0, "it is not what the checkpoint says. Use another one");
    }
    return path;
  }

  private boolean has(Stored stored) {
    return all().stream().anyMatch(each -> each.here && each.id == stored.id);
  }

  private void seal(FileSystem files, String directory) {
    var out = new ByteWriter().u32(MAGIC).u32(VERSION).text(base).u64(mark);
    out.list(tables, Checkpoint::write).list(values, Checkpoint::write);
    out.u32(out.crc(0));
    try (var file = files.open(directory + "/" + SEAL, FileSystem.Mode.CREATE)) {
      file.write(0, out.finish().toByteBuffer());
      file.sync();
    }
    files.syncDirectory(directory);
  }

  /// What the seal of the checkpoint in `directory` says. One without a whole seal is a
  /// [CorruptionError]; the tables are not looked at.
  public static Checkpoint read(FileSystem files, String directory) {
    var path = directory + "/" + SEAL;
    if (!files.exists(path)) {
      throw damaged(directory, "it was never completed");
    }
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      if (file.size() > MAX_SEAL_BYTES) {
        throw damaged(directory, "no seal is so large: " + file.size() + " bytes");
      }
      var buffer = ByteBuffer.allocate((int) file.size());
      file.read(0, buffer);
      var bytes = Bytes.wrap(buffer.array());
      int end = bytes.length() - 4;
      if (end < 8 || Crc32c.of(bytes.slice(0, end)) != new ByteReader(bytes.slice(end)).u32()) {
        throw damaged(directory, "its seal's checksum does not match");
      }
      var in = new ByteReader(bytes.slice(0, end));
      int magic = in.u32();
      int version = in.u32();
      if (magic != MAGIC || version < WITHOUT_VALUES || version > VERSION) {
        throw damaged(directory, "its seal is not one of version 1 or 2");
      }
      var checkpoint =
          new Checkpoint(
              in.text(),
              in.u64(),
              in.list(Checkpoint::readStored),
              version == WITHOUT_VALUES ? List.of() : in.list(Checkpoint::readStored));
      in.end();
      return checkpoint;
    }
  }

  private static void write(ByteWriter out, Stored stored) {
    out.u64(stored.id).raw(stored.digest).flag(stored.here);
  }

  private static Stored readStored(ByteReader in) {
    return new Stored(in.u64(), in.raw(DIGEST_BYTES), in.flag());
  }

  private static CorruptionError damaged(String directory, String why) {
    return new CorruptionError(
        "the checkpoint in " + directory + " cannot be used: " + why + ". Use another one");
  }

  private static String sibling(String directory, String name) {
    return directory.substring(0, directory.lastIndexOf('/') + 1) + name;
  }

  private static Bytes digest(FileSystem files, String path) {
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      var sha256 = MessageDigest.getInstance("SHA-256");
      var buffer = ByteBuffer.allocate((int) Math.min(READ_BYTES, Math.max(1, file.size())));
      for (long at = 0; at < file.size(); ) {
        at += file.read(at, buffer.clear());
        sha256.update(buffer.flip());
      }
      return Bytes.wrap(sha256.digest());
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }

  /// The tables of a content.
  static List<Edit.Placed> placed(Levels levels) {
    var placed = new ArrayList<Edit.Placed>();
    for (int level = 0; level < Levels.COUNT; level++) {
      for (var table : levels.level(level)) {
        TableInfo info = table.info();
        placed.add(new Edit.Placed(level, info));
      }
    }
    return placed;
  }
}
