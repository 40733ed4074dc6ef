package io.concordkv.embedded;

import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.embedded.BackupSeal.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Writes a backup: first a mark that one was begun, then its files, then its seal. What has the
/// mark and no seal is thrown away by the next one of the same name.
final class BackupWriter {
  private static final String BEGUN = BackupSeal.NAME + Folder.UNFINISHED;

  private final Folder parent;
  private final String name;
  private final Copier copier;
  private final Meter meter;

  /// @param pace is told of each piece that was read, in bytes, and may take its time
  BackupWriter(Folder parent, String name, LongConsumer pace, Consumer<BackupProgress> progress) {
    this.parent = parent;
    this.name = name;
    meter = new Meter(progress);
    copier =
        new Copier(read -> {
          meter.moved(read);
          pace.accept(read);
        });
  }

  /// Copies the files of `source` that are called `names`, but those that `base` has, and seals.
  /// Blocks.
  ///
  /// @param seal what is said of them
  BackupSeal write(Folder source, List<String> names, @Nullable BackupSeal base, Sealing seal) {
    var backup = parent.in(name);
    begin(backup);
    var known = known(base);
    for (var file : names) {
      meter.expect(source.size(file));
    }
    var target = backup.in(BackupSeal.FILES);
    var stored = new ArrayList<Stored>();
    for (var file : names) {
      stored.add(store(source, target, file, known.get(file)));
    }
    target.sync();
    var sealed = seal.seal(stored);
    sealed.write(backup);
    return sealed;
  }

  /// Says the rest of a seal.
  interface Sealing {
    BackupSeal seal(List<Stored> files);
  }

  private void begin(Folder backup) {
    boolean free =
        !backup.exists() || backup.has(BEGUN) || backup.files().list(backup.path()).isEmpty();
    if (backup.has(BackupSeal.NAME) || !free) {
      throw new FileException(
          FileException.Kind.EXISTS, "make a backup in", backup.describe(), null);
    }
    backup.make();
    try (var mark = backup.files().open(backup.at(BEGUN), Mode.WRITE)) {
      mark.sync();
    }
    backup.sync();
    var files = backup.in(BackupSeal.FILES);
    files.make();
    for (var left : files.files().list(files.path())) {
      files.discard(left);
    }
  }

  private static Map<String, Stored> known(@Nullable BackupSeal base) {
    var known = new HashMap<String, Stored>();
    if (base != null) {
      base.files().forEach(file -> known.put(file.name(), file));
    }
    return known;
  }

  private Stored store(Folder source, Folder target, String file, @Nullable Stored known) {
    if (known != null && known.length() == source.size(file)) {
      var read = copier.digest(source, file);
      if (read.same(known)) {
        return read;
      }
      meter.expect(read.length()); // it is read once more
    }
    return copier.copy(source, target, file);
  }
}
