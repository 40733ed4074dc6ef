package io.concordkv.embedded;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The file that completes a backup: it names every file of it with its digest, and is written
/// last, so a directory without it is no backup. The format is docs/formats/backup.md.
///
/// @param id drawn for each backup, so that a base is not taken for another of its name
/// @param store the id of the store
/// @param settings of the engine
/// @param time when it was begun, in milliseconds since 1970
/// @param files all that belong to it, in [#FILES] of this backup or of one that it is based on
record BackupSeal(
    long id,
    long store,
    BackupInfo.Kind kind,
    @Nullable Base base,
    String engine,
    SortedMap<String, String> settings,
    long from,
    long to,
    long time,
    List<Stored> files) {
  static final String NAME = "BACKUP";

  /// Where the files lie.
  static final String FILES = "files";

  private static final SmallFile FILE = new SmallFile(0x434B4255, 1, "seal of a backup");
  private static final List<BackupInfo.Kind> KINDS =
      List.of(BackupInfo.Kind.FULL, BackupInfo.Kind.FILES, BackupInfo.Kind.LOG);
  private static final long MAX_BYTES = 256 << 20;
  private static final int DIGEST_BYTES = 32;
  private static final int MAX_BASES = 10_000;

  /// The backup that another is based on, which lies in the same directory.
  record Base(String name, long id) {}

  /// @param here whether it lies in this backup, not in one that it is based on
  record Stored(String name, long length, Bytes digest, boolean here) {
    boolean same(Stored other) {
      return length == other.length && digest.equals(other.digest);
    }
  }

  BackupSeal {
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    files = List.copyOf(files);
  }

  void write(Folder backup) {
    var out = FILE.begin().u64(id).u64(store).u8(KINDS.indexOf(kind)).flag(base != null);
    if (base != null) {
      out.text(base.name).u64(base.id);
    }
    out.text(engine);
    out.list(
        List.copyOf(settings.entrySet()), (w, each) -> w.text(each.getKey()).text(each.getValue()));
    out.u64(from).u64(to).u64(time);
    out.list(
        files, (w, each) -> w.text(each.name).u64(each.length).raw(each.digest).flag(each.here));
    FILE.write(backup, NAME, out);
  }

  /// What completes the backup in `parent` that is called `name`. That there is none is a
  /// [ConcordException], that it is damaged a [CorruptionError].
  static BackupSeal read(Folder parent, String name) {
    var backup = parent.in(name);
    if (!backup.has(NAME)) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          backup.exists()
              ? "there is no complete backup in " + backup.describe() + ": use another one"
              : "there is no backup " + backup.describe());
    }
    var in = FILE.read(backup, NAME, MAX_BYTES);
    var seal =
        new BackupSeal(
            in.u64(),
            in.u64(),
            kind(in.u8(), backup),
            in.flag() ? new Base(in.text(), in.u64()) : null,
            in.text(),
            settings(in),
            in.u64(),
            in.u64(),
            in.u64(),
            in.list(
                each -> new Stored(each.text(), each.u64(), each.raw(DIGEST_BYTES), each.flag())));
    in.end();
    if (!seal.isSensible()) {
      throw new CorruptionError(
          backup.files().describe(backup.at(NAME)), 0, "it names what cannot be in a backup");
    }
    return seal;
  }

  /// Whether each name is one of this directory: who restores writes files under these names.
  private boolean isSensible() {
    return (base == null || isPlain(base.name))
        && files.stream().allMatch(each -> isPlain(each.name) && each.length >= 0);
  }

  private static boolean isPlain(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.indexOf('/') < 0
        && name.indexOf('\\') < 0;
  }

  private static BackupInfo.Kind kind(int number, Folder backup) {
    if (number >= KINDS.size()) {
      throw new CorruptionError("the backup in " + backup.describe() + " is of no known kind");
    }
    return KINDS.get(number);
  }

  private static SortedMap<String, String> settings(ByteReader in) {
    var settings = new TreeMap<String, String>();
    in.list(each -> Map.entry(each.text(), each.text()))
        .forEach(each -> settings.put(each.getKey(), each.getValue()));
    return settings;
  }

  BackupInfo info(String name) {
    return new BackupInfo(
        name,
        kind,
        engine,
        from,
        to,
        Instant.ofEpochMilli(time),
        files.stream().filter(Stored::here).mapToLong(Stored::length).sum(),
        Optional.ofNullable(base).map(Base::name));
  }

  /// A backup with its name.
  record Named(String name, BackupSeal seal) {}

  /// The backup `name` and those that it is based on, from the full one on. A base that is missing
  /// or another one is told.
  static List<Named> chain(Folder parent, String name) {
    var chain = new ArrayList<Named>();
    var seal = read(parent, name);
    chain.add(new Named(name, seal));
    for (var base = seal.base; base != null; base = seal.base) {
      var above = chain.getLast().name;
      if (!parent.in(base.name).has(NAME)) {
        throw new CorruptionError(
            "the backup "
                + above
                + " is based on "
                + base.name
                + ", and there is no complete backup "
                + parent.in(base.name).describe()
                + ": bring it back, or use another one");
      }
      seal = read(parent, base.name);
      if (seal.id != base.id || chain.size() > MAX_BASES) {
        throw new CorruptionError(
            "the backup "
                + above
                + " is based on another "
                + base.name
                + " than that in "
                + parent.in(base.name).describe()
                + ": bring that back, or use another one");
      }
      chain.add(new Named(base.name, seal));
    }
    Collections.reverse(chain);
    return chain;
  }
}
